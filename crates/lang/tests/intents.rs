//! The corpora of intents: one meaning, many phrasings.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "support/corpus.rs"]
mod corpus;

fn check(name: &str) {
    let path = format!("{}/corpus/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let outcome = corpus::run(
        &std::fs::read_to_string(path).expect("a corpus file"),
        &saydo_lang::Moment::new(corpus::MOMENT.parse().expect("a moment")),
    );
    let told: Vec<String> = outcome
        .failures
        .iter()
        .map(|f| format!("{name}.txt:{}: {:?}\n    expected {}\n    got      {}", f.line, f.phrase, f.expected, f.got))
        .collect();
    assert!(outcome.phrases > 0, "{name}.txt has no phrases");
    assert!(told.is_empty(), "{} of {} phrases:\n{}", told.len(), outcome.phrases, told.join("\n"));
}

macro_rules! corpora {
    ($($name:ident)*) => { $(#[test] fn $name() { check(stringify!($name)); })* };
}

corpora! { add list complete update delete talk negative answers conversation safety several occurrences }
