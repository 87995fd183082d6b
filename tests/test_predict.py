import json

import nbformat
import pytest
from test_notebooks import LESSONS, code_cells

from bn_helpers import _page, predict


@pytest.fixture
def page(monkeypatch, tmp_path):
    """What `ask` displays, in order; the predictions go to a folder that is not there yet."""
    monkeypatch.setattr(predict, "LEDGER", tmp_path / "data" / "predictions.json")
    outputs = []

    class Handle:
        def update(self, data, **_):
            outputs.append(data)

    def display(data, **_):
        outputs.append(data)
        return Handle()

    for module in (predict, _page):
        monkeypatch.setattr(module, "display", display)
    return outputs


def ask(page, name="01-spread-of-a-sum"):
    predict.ask(name)
    return page[1].children[0]  # the buttons


def test_before_the_choice_the_explanation_is_there_but_closed(page):
    buttons = ask(page)
    question, _, explanation, script = page
    assert question["text/plain"].startswith("Predict. The inputs have std 1")
    assert "1 / 3 / 10 / 100" in question["text/html"]
    assert explanation["text/html"].startswith('<details class="bn-question"><summary>')
    assert "variance 100" in explanation["text/html"]
    assert set(script) == {"application/javascript", "text/plain"}
    assert buttons.value is None
    assert not predict.LEDGER.exists()


def test_a_choice_opens_the_explanation_with_the_verdict(page):
    buttons = ask(page)
    buttons.value = "3"
    assert page[-1]["text/html"].startswith(
        '<details class="bn-question bn-decided" open><summary>You predicted 3; it turns out otherwise'
    )
    buttons.value = "10"
    assert page[-1]["text/plain"].startswith("You predicted 10, and so it is")


def test_every_choice_is_kept_in_order(page):
    buttons = ask(page)
    buttons.value = "3"
    buttons.value = "10"
    assert predict.kept() == [
        {"question": "01-spread-of-a-sum", "prediction": "3", "right": False},
        {"question": "01-spread-of-a-sum", "prediction": "10", "right": True},
    ]


@pytest.mark.parametrize("damaged", ["{", '{"a": 1}', "", "[1, 2]", "[" * 100_000])
def test_a_damaged_ledger_is_named_and_left_as_it_is(page, damaged):
    predict.LEDGER.parent.mkdir()
    predict.LEDGER.write_text(damaged)
    buttons = ask(page)
    buttons.value = "3"
    assert "This prediction could not be kept." in page[-1]["text/plain"]
    assert "predictions.json: expected a list" in page[-1]["text/plain"]
    assert "turns out otherwise" in page[-1]["text/plain"]
    assert predict.LEDGER.read_text() == damaged
    with pytest.raises(ValueError, match="move the file away"):
        predict.kept()


def test_an_unknown_question_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"name: expected one of \['01-.*, got 'no such'"):
        predict.ask("no such")


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_a_question_is_complete_and_its_lesson_asks_it(name):
    question = predict.QUESTIONS[name]
    assert set(question) == {"question", "options", "answer", "because"}
    assert question["answer"] in question["options"]
    assert len(set(question["options"])) == len(question["options"]) >= 3
    lesson = next(path for path in LESSONS if path.name.startswith(name[:2]))
    sources = [cell.source for cell in code_cells(nbformat.read(lesson, 4))]
    assert sources.count(f'predict.ask("{name}")') == 1


def test_a_ledger_is_plain_json_that_a_teacher_can_read(page):
    ask(page).value = "100"
    assert json.loads(predict.LEDGER.read_text())[0]["prediction"] == "100"
    assert [p.name for p in predict.LEDGER.parent.iterdir()] == ["predictions.json"]
    predict.forget()
    predict.forget()
    assert predict.kept() == []
