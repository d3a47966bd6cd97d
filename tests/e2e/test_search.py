"""Searching as people do it: filters typed and chosen, a mistyped word, nothing found and what to do about it."""

from tests.e2e.stage import Stage


def test_typed_filters_narrow_and_a_mistyped_one_is_explained(stage: Stage) -> None:
    person = stage.slack.user("filterer")
    stage.slack.channel("general", members=["filterer"])

    narrowed = person.command("/failure search model:llm severity:sev1 -env:edge", channel="general")
    narrowed.sees("`model:llm severity:sev1 -env:edge`")
    person.command("/failure search modle:llm loops", channel="general").sees("did you mean `model:llm`?")
    person.command("/failure search model:lllm loops", channel="general").sees("llm-self-hosted")


def test_a_mistyped_word_is_offered_as_the_catalog_spells_it(stage: Stage) -> None:
    person = stage.slack.user("misspeller")
    stage.slack.channel("general", members=["misspeller"])

    answer = person.command("/failure search acelerator memory", channel="general").sees("FM-0016")

    person.clicks("Did you mean “accelerator memory”?", answer).sees("“accelerator memory”")


def test_the_form_narrows_by_menus_and_searches_again_without_them(stage: Stage) -> None:
    person = stage.slack.user("chooser")
    home = person.opens_home().sees("Search")
    person.clicks("Search", home)
    form = person.modal("Search the catalog").fill("What are you seeing?", "cuda out of memory")

    form.choose("Model family", "speech").choose("Severity", "sev4").submit()
    form.sees("Nothing in the catalog matches “cuda out of memory”")
    person.clicks("Search without filters", form)

    form.sees("FM-0016").close()


def test_the_form_takes_filters_alone_and_explains_an_unknown_one_under_its_field(stage: Stage) -> None:
    person = stage.slack.user("lister")
    home = person.opens_home().sees("Search")
    person.clicks("Search", home)
    form = person.modal("Search the catalog").choose("Domain", "llm")

    form.submit()
    form.sees("`domain:llm`")
    form.fill("What are you seeing?", "stage:prod slow").submit()

    assert any("It takes problem-framing" in sentence for sentence in form.errors.values())
    form.close()


def test_nothing_found_leads_to_a_new_entry_with_the_words_to_find_it_by(stage: Stage) -> None:
    person = stage.slack.user("discoverer")
    stage.slack.channel("general", members=["discoverer"])

    answer = person.command("/failure search zyxwvut quokkapocalypse", channel="general").sees("Nothing in the catalog")
    person.clicks("New entry", answer)
    form = person.modal("New entry")

    assert "zyxwvut quokkapocalypse" in str(form.values.values())
    form.fill("Title", "Quokkas everywhere").fill("Symptom", "Nothing but quokkas is recommended.")
    form.choose("Severity: typical", "sev3").choose("Severity: worst credible", "sev2")
    form.choose("Cause category", "capacity").choose("Domain", "serving").submit()
    form.sees("Quokkas everywhere").close()
    assert "zyxwvut quokkapocalypse" in stage.bot.faultline("show", "FM-0061", "--json")


def test_look_alikes_come_with_the_check_that_tells_them_apart(stage: Stage) -> None:
    person = stage.slack.user("comparer")
    stage.slack.channel("general", members=["comparer"])

    person.command("/failure search covariate drift or concept drift", channel="general").sees("Compare PSI")


def test_the_terminal_searches_with_the_same_filters(stage: Stage) -> None:
    listed = stage.bot.faultline("search", "domain:serving", "-domain:llm", "severity:sev1,sev2,sev3", "cold", "start")

    assert "FM-0022" in listed
    assert "did you mean `severity:sev1`" in stage.bot.attempt("search", "severity:sev9", "cold").stderr


def test_what_nobody_finds_is_listed_in_the_terminal(stage: Stage) -> None:
    person = stage.slack.user("seeker")
    stage.slack.channel("general", members=["seeker"])

    for words in ("wombats dancing", "the dancing wombat"):
        person.command(f"/failure search {words}", channel="general").sees("Nothing in the catalog")
    stage.slack.settled()

    assert "wombat" in stage.bot.faultline("gaps")


def test_the_card_of_an_incident_tells_look_alikes_apart(stage: Stage) -> None:
    person = stage.slack.user("watcher")
    stage.slack.channel("inc-drifting", members=["watcher"], bot=True)

    person.says("covariate drift or concept drift? PSI of the top features went up", channel="inc-drifting")
    person.says("input distribution shifted, and outcomes miss the forecast: concept drift", channel="inc-drifting")

    card = person.sees("This may have happened before", channel="inc-drifting")
    assert {"FM-0001", "FM-0002"} <= set(card.text.split())
    assert "Compare PSI" in card.text
