// Sending one file, or the address of one, to the API; its progress is kept on the item: sent, rate (bytes a second).
const PATH = "/api/pim/import/csv/";

export function readable(bytes, language) {
  const units = ["B", "KB", "MB", "GB"];
  let place = 0;
  for (; bytes >= 1024 && place < 3; place++) bytes /= 1024;
  return `${bytes.toLocaleString(language, { maximumFractionDigits: bytes < 10 && place ? 1 : 0 })} ${units[place]}`;
}

export function send(item, texts) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    item.abort = () => request.abort();
    request.open("POST", PATH);
    request.responseType = "json";
    request.setRequestHeader("X-CSRF-Token", window.segops.token());
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(window.segops.workspace())) request.setRequestHeader(name, value);
    watch(request, item);
    request.onload = () => {
      took(item, request);
      resolve();
    };
    request.onerror = () => {
      failed(item, { message: texts.no_server, remedy: texts.no_server_remedy });
      resolve();
    };
    request.onabort = resolve;
    item.state = item.url ? "reading" : "sending";
    if (item.url) request.setRequestHeader("Content-Type", "application/json");
    request.send(item.url ? JSON.stringify(said(item)) : form(item));
  });
}

// what is said with the file: nothing is sent of what was left open
function said(item) {
  const fields = { url: item.url, source: item.source, template: item.template };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

function form(item) {
  const data = new FormData();
  for (const [name, value] of Object.entries(said(item))) data.append(name, value);
  data.append("file", item.file, item.name);
  return data;
}

function watch(request, item) {
  const began = performance.now();
  request.upload.onprogress = (event) => {
    item.sent = Math.min(event.loaded, item.size);
    const seconds = (performance.now() - began) / 1000;
    if (seconds > 0.3) item.rate = event.loaded / seconds;
  };
  request.upload.onload = () => {
    if (item.state === "sending") item.state = "reading";
  };
}

function took(item, request) {
  const answer = request.response;
  item.job = answer?.job_id ?? jobOf(request.getResponseHeader("Location"));
  if (request.status < 300) item.state = "done";
  else failed(item, answer?.error ?? { message: `${request.status} ${request.statusText}`, remedy: "" });
}

// a file that cannot be read has a job nevertheless, which can read it otherwise
function jobOf(location) {
  return /\/import\/([^/]+)\/$/.exec(location ?? "")?.[1] ?? null;
}

function failed(item, error) {
  item.state = "failed";
  item.error = error;
}
