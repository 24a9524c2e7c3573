//! Holds JSON against the schemas of an OpenAPI document. Knows what ours use, and stops at anything else.

use serde_json::{Map, Value};

/// What says nothing about which values are right.
const WORDS: [&str; 5] = ["default", "description", "example", "format", "title"];

/// The named schemas of a document.
pub(crate) struct Schemas<'a> {
    document: &'a Value,
}

impl<'a> Schemas<'a> {
    pub(crate) fn of(document: &'a Value) -> Self {
        Self { document }
    }

    /// What a reference names, or the schema itself.
    pub(crate) fn resolve(&self, schema: &'a Value) -> &'a Value {
        let Some(name) = schema["$ref"].as_str() else { return schema };
        let found = self.document.pointer(name.trim_start_matches('#'));
        self.resolve(found.unwrap_or_else(|| panic!("{name} is not there")))
    }
}

/// What is wrong with a value, each with its place.
pub(crate) fn faults(schemas: &Schemas<'_>, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = vec![];
    // The schema may come from anywhere: what it refers to is looked up in the document.
    check(schemas, schema, value, "", true, &mut faults);
    faults
}

fn check(schemas: &Schemas<'_>, schema: &Value, value: &Value, at: &str, closed: bool, faults: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let found = schemas.document.pointer(name.trim_start_matches('#'));
        return check(schemas, found.unwrap_or_else(|| panic!("{name} is not there")), value, at, closed, faults);
    }
    let Some(rules) = schema.as_object() else { panic!("{at}: {schema} is no schema") };
    for (rule, wanted) in rules {
        let holds = match rule.as_str() {
            "type" => is_of(wanted, value),
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "minLength" => length(value).is_none_or(|length| length >= wanted.as_u64().unwrap()),
            "maxLength" => length(value).is_none_or(|length| length <= wanted.as_u64().unwrap()),
            "oneOf" | "anyOf" => wanted.as_array().unwrap().iter().any(|one| {
                let mut found = vec![];
                check(schemas, one, value, at, closed, &mut found);
                found.is_empty()
            }),
            "allOf" => {
                wanted.as_array().unwrap().iter().for_each(|one| check(schemas, one, value, at, false, faults));
                true
            }
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(schemas, wanted, item, &format!("{at}/{place}"), true, faults);
                }
                true
            }
            "required" => wanted.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => {
                object(schemas, rules, value, at, closed, faults);
                true
            }
            "additionalProperties" | "propertyNames" => true,
            other => {
                assert!(WORDS.contains(&other), "{at}: the check does not know {other}");
                true
            }
        };
        if !holds {
            faults.push(format!("{at}: {value} is not {rule} {wanted}"));
        }
    }
}

/// The fields of an object; one that no schema names is a fault.
fn object(
    schemas: &Schemas<'_>,
    rules: &Map<String, Value>,
    value: &Value,
    at: &str,
    closed: bool,
    faults: &mut Vec<String>,
) {
    let properties = rules["properties"].as_object().unwrap();
    let open = rules.get("additionalProperties").is_some_and(|open| *open != Value::Bool(false));
    for (name, field) in value.as_object().into_iter().flatten() {
        match properties.get(name) {
            Some(schema) => check(schemas, schema, field, &format!("{at}/{name}"), true, faults),
            None if closed && !open => faults.push(format!("{at}/{name}: no schema speaks of it")),
            None => {}
        }
    }
}

fn length(value: &Value) -> Option<u64> {
    u64::try_from(value.as_str()?.chars().count()).ok()
}

fn is_of(wanted: &Value, value: &Value) -> bool {
    if let Some(either) = wanted.as_array() {
        return either.iter().any(|one| is_of(one, value));
    }
    match wanted.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}

/// That the check can fail.
#[test]
fn what_is_wrong_is_noticed() {
    let document = serde_json::json!({"components": {"schemas": {"Task": {
        "type": "object", "required": ["title"],
        "properties": {"title": {"type": "string", "maxLength": 3}, "done": {"type": ["boolean", "null"]}},
    }}}});
    let schemas = Schemas::of(&document);
    let task = serde_json::json!({"$ref": "#/components/schemas/Task"});
    let count = |value: Value| faults(&schemas, &task, &value).len();
    assert_eq!(count(serde_json::json!({"title": "abc", "done": null})), 0);
    for wrong in [
        serde_json::json!({}),
        serde_json::json!({"title": "abcd"}),
        serde_json::json!({"title": 1}),
        serde_json::json!({"title": "a", "done": "yes"}),
        serde_json::json!({"title": "a", "more": 1}),
        serde_json::json!([]),
    ] {
        assert!(count(wrong.clone()) >= 1, "{wrong}");
    }
}
