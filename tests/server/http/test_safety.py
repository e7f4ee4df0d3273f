"""Headers on every answer, bounded bodies, and no change asked for by another site."""

from tests.conftest import Site


async def test_every_answer_carries_a_policy_with_a_fresh_nonce(site: Site) -> None:
    visitor = await site.visitor()
    first = await visitor.get("/sign-in")
    second = await visitor.get("/nowhere")
    for answer in (first, second):
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert answer.headers["x-content-type-options"] == "nosniff"
    policies = {answer.headers["content-security-policy"] for answer in (first, second)}
    assert len(policies) == 2


async def test_a_body_above_the_limit_is_refused_with_a_sentence(site: Site) -> None:
    lin = await site.sign_in("lin")
    answer = await lin.post("/language", {"language": "x" * 2_000_000})
    assert answer.status_code == 413
    assert "太大" in answer.text


async def test_a_body_that_lies_about_its_length_is_refused(site: Site) -> None:
    lin = await site.sign_in("lin")

    async def endless():
        for _ in range(40):
            yield b"x" * 65536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await lin.http.post("/language", content=endless(), headers=headers)
    assert answer.status_code in (400, 413)  # whichever limit it meets first


async def test_too_many_fields_are_refused(site: Site) -> None:
    lin = await site.sign_in("lin")
    answer = await lin.post("/language", {f"field{n}": "x" for n in range(1000)})
    assert answer.status_code == 400


async def test_a_sentence_not_a_traceback_when_a_page_fails(site: Site) -> None:
    lin = await site.sign_in("lin")
    await site.house.database.close()
    (site.house.folder.database_file).rename(site.house.folder.path / "gone")
    answer = await lin.get("/")
    assert answer.status_code in (303, 500)
    assert "Traceback" not in answer.text
