"""Questions: the table, what is shown before and after a choice, and what is kept."""

import re
from collections import Counter

import nbformat
import pytest
from support.notebooks import LESSONS, code_cells

from bn_helpers import _page, ledger, plots, predict
from bn_helpers.my_course import number_of

ASKED = re.compile(r'^predict\.ask\("(.+)"\)$', flags=re.M)


@pytest.fixture
def page(monkeypatch, tmp_path):
    """What `ask` displays, in order; the ledger's folder does not exist yet."""
    monkeypatch.setattr(ledger, "FILE", tmp_path / "data" / "predictions.json")
    outputs = []

    class Handle:
        def update(self, data, **_):
            outputs.append(data)

    def display(data, **_):
        outputs.append(data)
        return Handle()

    for module in (predict, _page):
        monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr(plots, "can_display", lambda: True)
    return outputs


def ask(page, name="01-spread-of-a-sum"):
    predict.ask(name)
    return page[1].children[0]  # the buttons


# --- the table ------------------------------------------------------------------------


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_a_question_is_complete(name):
    question = predict.QUESTIONS[name]
    assert set(question) == {"question", "options", "answer", "because", "tempting"}
    assert question["answer"] in question["options"]
    assert len(set(question["options"])) == len(question["options"]) >= 3


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_each_wrong_option_has_one_short_sentence_that_tells_why_it_tempts(name):
    question = predict.QUESTIONS[name]
    assert set(question["tempting"]) == set(question["options"]) - {question["answer"]}
    for sentence in question["tempting"].values():
        assert re.fullmatch(r"[^;]+\.", sentence.replace("\n", " "))
        assert not re.search(r"\.\s", sentence)
        assert len(sentence.split()) <= 20


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_question_and_explanation_have_short_sentences_without_semicolons(name):
    question = predict.QUESTIONS[name]
    for text in (question["question"], question["because"]):
        assert ";" not in text
        assert max(len(part.split()) for part in re.split(r"[.?]\s", text)) <= 25


def test_each_question_is_asked_once_and_the_table_is_in_the_order_of_the_lessons():
    found = []
    for lesson in LESSONS:
        cells = code_cells(nbformat.read(lesson, 4))
        names = [name for cell in cells for name in ASKED.findall(cell.source)]
        assert all(name.startswith(f"{number_of(lesson.name)}-") for name in names)
        found += names
    lessons = {number_of(lesson.name) for lesson in LESSONS}
    assert found == [name for name in predict.QUESTIONS if name.split("-")[0] in lessons]


def test_the_place_of_an_option_does_not_tell_the_answer():
    places = Counter(
        (len(question["options"]), question["options"].index(question["answer"]))
        for question in predict.QUESTIONS.values()
    )
    for size in (3, 4):
        counts = [count for (options, _), count in places.items() if options == size]
        assert len(counts) == size
        assert max(counts) <= sum(counts) / 2


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_below_each_question_and_before_the_next_heading_stands_a_result_that_is_covered(lesson):
    cells = nbformat.read(lesson, 4).cells
    asked = [i for i, cell in enumerate(cells) if "predict.ask(" in cell.source]
    for i in asked:
        nothing = f"no result below {cells[i].source}"
        for cell in cells[i + 1 :]:
            if cell.cell_type == "code" and cell.outputs:
                break  # covered: see predict.js and the tests in a browser
            assert not re.search("^#|predict.ask", cell.source, re.MULTILINE), nothing
        else:
            pytest.fail(nothing)
    assert asked


# --- what is shown --------------------------------------------------------------------


def test_before_the_choice_the_explanation_is_there_but_closed(page):
    buttons = ask(page)
    question, _, explanation, script = page
    assert question["text/plain"].startswith("Predict. The inputs have std 1")
    assert "1 / 3 / 10 / 100" in question["text/html"]
    assert explanation["text/html"].startswith('<details class="bn-question"><summary>')
    assert "variance 100" in explanation["text/html"]
    assert set(script) == {"application/javascript", "text/plain"}
    assert buttons.value is None
    assert not ledger.FILE.exists()


def test_a_wrong_choice_is_noted_and_the_closed_block_first_tells_why_it_tempts(page):
    ask(page).value = "3"
    tempting = predict.QUESTIONS["01-spread-of-a-sum"]["tempting"]["3"]
    assert page[-1]["text/html"].startswith(
        '<details class="bn-question bn-decided"><summary>Noted: 3. Look at the result. Then open '
        f"this line.</summary><p>→ The answer is different.</p><p>{tempting}</p>"
        "<p><strong>Answer: 10.</strong> Each"
    )
    assert f"line. → The answer is different. {tempting} Answer: 10. E" in page[-1]["text/plain"]


def test_a_right_choice_is_noted_in_the_same_words(page):
    ask(page).value = "10"
    assert page[-1]["text/html"].startswith(
        '<details class="bn-question bn-decided"><summary>Noted: 10. Look at the result. Then open '
        "this line.</summary><p>✓ This is right.</p><p><strong>Answer: 10.</strong> Each sum"
    )


def test_a_former_prediction_is_named_and_covers_nothing_until_it_is_asked_again(page):
    ask(page).value = "3"
    del page[:]
    predict.ask("01-spread-of-a-sum")
    _, box, explanation, _ = page
    buttons, again = box.children[:2]
    assert buttons.value is None
    assert explanation["text/html"].startswith(
        '<details class="bn-question bn-decided"><summary>Last time you predicted: 3.</summary>'
    )
    assert again.layout.display is None
    again.click()
    assert again.layout.display == "none"
    assert page[-1]["text/html"].startswith('<details class="bn-question"><summary>Decide first.')
    buttons.value = "10"
    assert [entry["prediction"] for entry in predict.kept()] == ["3", "10"]


def test_a_former_prediction_that_is_no_option_any_more_or_a_damaged_ledger_asks_anew(page):
    ledger.keep({"question": "01-spread-of-a-sum", "prediction": "7", "right": False})
    ask(page)
    assert "Decide first." in page[2]["text/html"]
    ledger.FILE.write_text("[", encoding="utf-8")
    del page[:]
    ask(page)
    assert "Decide first." in page[2]["text/html"]


def test_readers_without_a_kernel_see_no_sentence_about_a_choice(page):
    question = predict.QUESTIONS["01-spread-of-a-sum"]
    ask(page)
    for sentence in question["tempting"].values():
        assert sentence not in str(page[2])


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_every_choice_of_every_question_is_shown_in_html_and_in_one_line(page, name):
    buttons = ask(page, name)
    for option in predict.QUESTIONS[name]["options"]:
        buttons.value = option
        shown = page[-1]
        assert shown["text/plain"].startswith(f"Noted: {option}. Look at the result.")
        assert "\n" not in shown["text/plain"]
        assert shown["text/html"].count("<p>") == 2 + (option != predict.QUESTIONS[name]["answer"])


def test_a_text_with_signs_of_html_is_shown_as_it_is(page, monkeypatch):
    text = "a < b & c"
    question = {"question": text, "options": ["1", "2"], "answer": "1", "because": text}
    monkeypatch.setitem(predict.QUESTIONS, "odd", question | {"tempting": {"2": text}})
    ask(page, "odd").value = "2"
    assert page[-1]["text/html"].count("a &lt; b &amp; c") == 2
    assert page[-1]["text/plain"].count(text) == 2


def test_an_unknown_question_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"name: expected one of \['00-.*, got 'no such'"):
        predict.ask("no such")


@pytest.mark.parametrize("name", predict.QUESTIONS)
def test_plain_python_prints_the_question_in_one_line_without_its_answer(name, capsys, monkeypatch):
    monkeypatch.setattr(plots, "can_display", lambda: False)
    predict.ask(name)
    (line,) = capsys.readouterr().out.splitlines()
    question = predict.QUESTIONS[name]
    assert line.startswith(f"Predict. {' '.join(question['question'].split())[:40]}")
    options = " / ".join(question["options"])
    assert line.endswith(f"{options} (Choose in a notebook, such as JupyterLab.)")
    assert " ".join(question["because"].split())[:40] not in line


# --- what is kept ---------------------------------------------------------------------


def test_every_choice_is_kept_in_order(page):
    buttons = ask(page)
    buttons.value = "3"
    buttons.value = "10"
    assert predict.kept() == [
        {"question": "01-spread-of-a-sum", "prediction": "3", "right": False},
        {"question": "01-spread-of-a-sum", "prediction": "10", "right": True},
    ]
    predict.forget()
    assert predict.kept() == []


def test_a_lesson_is_reviewed_as_a_table_of_the_last_predictions(page, monkeypatch):
    tables = []
    monkeypatch.setattr(plots, "table", lambda rows, *_, **__: tables.append(rows))
    buttons = ask(page)
    buttons.value = "10"
    buttons.value = "3"
    del page[:]
    ask(page, "01-constant-start").value = predict.QUESTIONS["01-constant-start"]["answer"]
    predict.review("01")
    rows = list(tables[0].values())
    assert rows[0] == ("3", "10", "look again")
    assert [row[2] for row in rows].count("not answered") == len(rows) - 2
    assert [row[2] for row in rows].count("right") == 1
    with pytest.raises(ValueError, match=r"lesson: expected one of .*'00', .* got 'x'"):
        predict.review("x")


def test_entries_of_another_kind_are_no_predictions(page):
    ledger.keep({"exercise": "1"})
    ask(page).value = "3"
    assert [entry["prediction"] for entry in predict.kept()] == ["3"]
    assert len(ledger.kept()) == 2


ODD = {"question": ["x"], "prediction": "1"}, {"question": "01-spread-of-a-sum"}, {"question": 3}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_entry_stops_neither_question_nor_review(page, monkeypatch, odd):
    tables = []
    monkeypatch.setattr(plots, "table", lambda rows, *_, **__: tables.append(rows))
    ask(page).value = "3"
    ledger.keep(odd)
    predict.review("01")
    assert next(iter(tables[0].values())) == ("3", "10", "look again")
    del page[:]
    ask(page)
    assert "Last time you predicted: 3." in page[2]["text/html"]


def test_a_prediction_that_cannot_be_kept_is_told_below_the_explanation(page):
    ledger.FILE.parent.mkdir()
    ledger.FILE.write_text("{", encoding="utf-8")
    ask(page).value = "3"
    assert "The answer is different." in page[-1]["text/plain"]
    assert "<p>This prediction could not be kept. " in page[-1]["text/html"]
    assert page[-1]["text/plain"].endswith("got other data. Move it away.")
