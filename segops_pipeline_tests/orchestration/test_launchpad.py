"""What a person says of a file in the launchpad."""

from segops_pipeline.orchestration.launchpad import UploadConfig
from segops_pipeline.reading.choice import NO_CHOICE, NO_HEADER, DialectChoice


def test_a_layout_can_be_chosen_in_the_launchpad() -> None:
    config = UploadConfig(encoding="cp1250", delimiter="tab", quote="none", header_row=3, sheet="Prices")
    assert config.choice() == DialectChoice("cp1250", "\t", "", 2, "Prices")
    assert UploadConfig(header_row=0).choice() == DialectChoice(header_row=NO_HEADER)
    assert UploadConfig().choice() == NO_CHOICE


def test_what_a_bizzkit_file_is_can_be_said_in_the_launchpad() -> None:
    config = UploadConfig(format="bizzkit", entity="brand", mode="merge", null_removes=False)
    assert config.options() == {"entity": "brand", "mode": "merge", "null_removes": False}
    assert UploadConfig().options() == {}
