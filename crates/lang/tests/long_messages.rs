//! Long messages of people: the bounds on work are far from what anybody means.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use saydo_lang::{Context, Intent, Moment, Reading, notation, understand};

fn best(text: &str) -> Reading {
    let context = Context::new(Moment::new("2026-03-11T10:00:00+01:00[Europe/Berlin]".parse().expect("a moment")));
    understand(text, &context).readings.into_iter().next().expect("a reading")
}

#[test]
fn commands_are_found_in_a_ramble() {
    let said = "Good morning, I had the weirdest night and the cat kept me awake until four, and then the neighbours \
        started drilling. Please mark 3 as done. I also need to call the landlord tomorrow at nine because the heating \
        is broken again and he promised weeks ago that somebody would come round. Delete task 7. Then rename 5 to buy \
        oat milk, and set 4 to high priority, and move 12 to next friday at 3pm. Remind me to buy flowers for Anna on \
        saturday morning before the party, she likes the yellow ones and not the red ones that we had last year. Tick \
        off 9 and 10. I have to iron shirts on sunday. Add a note to 6 that the key is under the mat. Push 8 to next \
        week. Thanks so much.";
    assert!(said.split_whitespace().count() >= 120, "a ramble");
    let reading = best(said);
    let told = notation::reading(&reading);
    for expected in [
        "complete #3",
        "add \"Call the landlord",
        "due 2026-03-12T09:00",
        "delete #7",
        "update #5 title \"Buy oat milk\"",
        "update #4 !high",
        "update #12 due 2026-03-20T15:00",
        "\"Buy flowers for Anna",
        "complete #9 #10",
        "\"Iron shirts\" due 2026-03-15",
        "update #6",
        "update #8 due 2026-03-16",
    ] {
        assert!(told.contains(expected), "{expected} is missing in {told}");
    }
}

#[test]
fn a_closing_courtesy_adds_nothing() {
    for courtesy in [
        "Thanks so much, have a lovely day.",
        "Have a great weekend!",
        "Thank you. Enjoy the rest of your evening.",
        "Cheers, have a good one",
    ] {
        let said = format!("Push 8 to next week. {courtesy}");
        assert_eq!(notation::reading(&best(&said)), "update #8 due 2026-03-16", "{said:?}");
    }
    let said = "Book a table. Have a lovely day out with the kids.";
    assert!(notation::reading(&best(said)).contains("with the kids"), "that is no courtesy");
}

#[test]
fn a_command_on_a_named_task_begins_with_its_sentence() {
    for (said, expected) in [
        ("I got through my emails. mark the invoice as done.", "complete \"emails\" ; complete \"invoice\""),
        ("Buy stamps. Mark will come", "add \"Buy stamps. Mark will come\""),
    ] {
        assert_eq!(notation::reading(&best(said)), expected, "{said:?}");
    }
}

#[test]
fn three_dozen_things_in_one_breath_are_as_many_tasks() {
    let things = ["call mom", "pay the rent", "buy milk", "water the plants", "fix the bike", "clean the fridge"];
    for joint in [", ", " and "] {
        let said = (0..36).map(|n| things[n % things.len()]).collect::<Vec<_>>().join(joint);
        let Some(Intent::Add(drafts)) = best(&said).intents.into_iter().next() else { panic!("{said:?} adds nothing") };
        assert_eq!(drafts.len(), 36, "{said:?}");
    }
}

#[test]
fn a_pasted_list_is_as_many_tasks() {
    for bullet in ["- ", "[ ] ", ""] {
        let said = (1..=300).map(|n| format!("{bullet}buy part {n} tomorrow")).collect::<Vec<_>>().join("\n");
        let Some(Intent::Add(drafts)) = best(&said).intents.into_iter().next() else { panic!("it adds nothing") };
        assert_eq!(drafts.len(), 300, "{bullet:?}");
        assert!(drafts.iter().all(|draft| draft.due.is_some()));
        assert_eq!(drafts[299].title, "Buy part 300");
    }
}
