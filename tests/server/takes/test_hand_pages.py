"""The owner corrects words and marks what was meant; the report is made again without a model."""

import wave
from pathlib import Path

from server.takes.by_hand import read_hand
from server.takes.processing import Processing
from tests.conftest import SiteMaker
from tests.server.takes.making import take_of, until

LESSON = "media/synthetic/lesson_grid_zh.wav"
CLIP = "media/zh/aishell-BAC009S0724W0121.wav"


async def test_a_corrected_word_reaches_captions_and_measures_and_can_be_taken_back(
    make_site: SiteMaker, material: Path
) -> None:
    site = await make_site(whisper_model=str(material / "models/whisper-tiny"))
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / CLIP)
    await until(lin, take, "ready")
    before = (await lin.http.get(f"{take}/report.json")).json()
    line = before["transcript"][0]

    runs = 0
    processing = site.house.part(Processing)
    real = processing._begin

    async def counted(take_id: str):  # type: ignore[no-untyped-def]
        nonlocal runs
        job = await real(take_id)
        runs += job is not None
        return job

    processing._begin = counted  # type: ignore[method-assign]
    for number in range(10):
        text = f"我们改成了第{number}句话"
        sent = {"start": line["start"], "text": text, "revision": number}
        answer = await lin.post_json(f"{take}/corrections", sent)
        assert (answer.status_code, answer.json()) == (202, {"revision": number + 1})
    await until(lin, take, "ready")
    after = (await lin.http.get(f"{take}/report.json")).json()
    assert runs == 1
    assert after["transcript"][0]["text"] == "我们改成了第9句话"
    assert after["transcript"][0]["corrected"]
    assert "我们改成了第9句话" in (await lin.http.get(f"{take}/transcript.vtt")).text
    assert after["model"] == before["model"]
    assert after["measures"]["pace"]["value"] != before["measures"]["pace"]["value"]
    assert after["measures"]["level"]["value"] == before["measures"]["level"]["value"]

    late = {"start": line["start"], "text": "旧", "revision": 3}
    assert (await lin.post_json(f"{take}/corrections", late)).status_code == 409
    undo = {"start": line["start"], "text": None, "revision": 10}
    assert (await lin.post_json(f"{take}/corrections", undo)).status_code == 202
    await until(lin, take, "ready")
    again = (await lin.http.get(f"{take}/report.json")).json()
    assert again["transcript"] == before["transcript"]
    assert again["measures"]["pace"] == before["measures"]["pace"]


async def test_what_cannot_be_a_correction_or_a_mark_is_refused(
    make_site: SiteMaker, material: Path
) -> None:
    site = await make_site(whisper_model=str(material / "models/whisper-tiny"))
    lin, mei = await site.sign_in("lin"), await site.sign_in("mei")
    take = await take_of(lin, material / CLIP)
    await until(lin, take, "ready")
    start = (await lin.http.get(f"{take}/report.json")).json()["transcript"][0]["start"]
    good = {"start": start, "text": "好", "revision": 0}
    for wrong, status in (
        ({"text": ""}, 400),
        ({"text": "字" * 2001}, 400),
        ({"text": "\u0000"}, 400),
        ({"start": start + 0.5}, 404),
        ({"more": 1}, 400),
    ):
        answer = await lin.post_json(f"{take}/corrections", {**good, **wrong})
        assert answer.status_code in (status, 422), (wrong, answer.text)
    assert (await mei.post_json(f"{take}/corrections", good)).status_code == 404
    mark = {"kind": "pauses", "start": 1.0, "end": 2.0, "intentional": True, "revision": 0}
    for wrong in ({"kind": "level"}, {"start": -1}, {"end": 1e9}, {"start": 3.0}):
        answer = await lin.post_json(f"{take}/intentional", {**mark, **wrong})
        assert answer.status_code in (400, 422), (wrong, answer.text)
    assert (await mei.post_json(f"{take}/intentional", mark)).status_code == 404
    assert read_hand(site.house.folder, take.removeprefix("/takes/")).revision == 0


def beginning(file: Path, seconds: float, folder: Path) -> Path:
    """So much of a sound file."""
    cut = folder / file.name
    with wave.open(str(file)) as whole, wave.open(str(cut), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(round(seconds * whole.getframerate())))
    return cut


async def test_a_pause_that_was_meant_is_not_counted_until_the_mark_is_taken_away(
    make_site: SiteMaker, material: Path, tmp_path: Path
) -> None:
    site = await make_site(whisper_model=str(material / "models/whisper-tiny"))
    lin = await site.sign_in("lin")
    take = await take_of(lin, beginning(material / LESSON, 45, tmp_path))
    await until(lin, take, "ready")
    before = (await lin.http.get(f"{take}/report.json")).json()
    pauses = before["measures"]["pauses"]
    longest = max(pauses["clips"], key=lambda clip: clip["end"] - clip["start"])
    span = {"start": longest["start"], "end": longest["end"]}
    mark = {"kind": "pauses", **span, "intentional": True, "revision": 0}
    assert (await lin.post_json(f"{take}/intentional", mark)).status_code == 202
    first = before["findings"][0]
    place = first["clips"][0] if first["clips"] else {"start": 0.0, "end": 0.0}
    mark = {
        "kind": f"finding.{first['name']}",
        "start": place["start"],
        "end": place["end"],
        "intentional": True,
        "revision": 1,
    }
    assert (await lin.post_json(f"{take}/intentional", mark)).status_code == 202
    await until(lin, take, "ready")
    after = (await lin.http.get(f"{take}/report.json")).json()
    assert after["measures"]["pauses"]["parts"]["intentional"] == 1
    assert "intentional" in after["measures"]["pauses"]["excluded"]
    assert longest not in after["measures"]["pauses"]["clips"]
    assert after["findings"][0]["name"] == before["findings"][1]["name"]
    page = (await lin.get(take)).text
    assert 'data-meant="off"' in page

    for revision, kind, stretch in (
        (2, "pauses", span),
        (3, mark["kind"], {"start": place["start"], "end": place["end"]}),
    ):
        off = {"kind": kind, **stretch, "intentional": False, "revision": revision}
        assert (await lin.post_json(f"{take}/intentional", off)).status_code == 202
    await until(lin, take, "ready")
    again = (await lin.http.get(f"{take}/report.json")).json()
    assert again["measures"]["pauses"] == pauses
    assert again["findings"] == before["findings"]
