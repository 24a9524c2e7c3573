//! `/api/usage`: what models were used for.

use scripted_model::{Reply, ScriptedModel};
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn turns_with_a_model_are_counted_and_priced() {
    let model = ScriptedModel::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saydo.toml");
    let text = format!(
        "[[providers]]\nmodel = \"big\"\nbase_url = {:?}\ninput_price = 2.0\ncached_price = 0.5\noutput_price = 10.0\n",
        model.base_url()
    );
    std::fs::write(&file, text).unwrap();
    let app = TestApp::of_file(&file, &[("SAYDO_PLANNER", "llm")]).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let empty = ada.get("/api/usage").await.ok(200);
    assert_eq!((&empty["from"], &empty["to"]), (&json!("2026-02-10"), &json!("2026-03-11")));
    assert_eq!((&empty["days"], &empty["tokens_today"]), (&json!([]), &json!(0)));
    assert_eq!((&empty["models"], &empty["planner"]), (&json!(["big"]), &json!("llm")));
    for _ in 0..2 {
        model.reply(Reply::text("Take a walk.").with_usage(1000, 400, 50));
        ada.say(None, "what should I do?").await.ok(200);
    }
    let used = ada.get("/api/usage").await.ok(200);
    let line = json!({"day": "2026-03-11", "model": "big", "turns": 2, "calls": 2, "input_tokens": 2000,
        "cached_tokens": 800, "output_tokens": 100, "cost_micros": 3800});
    let day = json!({"day": "2026-03-11", "turns": 2, "calls": 2, "input_tokens": 2000, "cached_tokens": 800,
        "output_tokens": 100, "cost": 0.0038, "models": [line]});
    assert_eq!(used["days"], json!([day]));
    assert_eq!((&used["tokens_today"], &used["tokens_per_day"]), (&json!(2100), &json!(1_000_000)));
    assert_eq!(bob.get("/api/usage").await.ok(200)["days"], json!([]));
    assert_eq!(ada.get("/api/usage?to=2026-03-10").await.ok(200)["days"], json!([]));
    assert_eq!(ada.get("/api/usage?from=2026-03-11&to=2026-03-11").await.ok(200)["days"], json!([day]));
    for (query, field) in
        [("from=2026-03-12", "from"), ("from=2020-01-01", "from"), ("to=soon", "to"), ("until=1", "until")]
    {
        assert_eq!(ada.get(&format!("/api/usage?{query}")).await.refused(), [field], "{query}");
    }
}
