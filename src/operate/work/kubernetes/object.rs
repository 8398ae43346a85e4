//! Objects as the API server gives them, read by paths into their JSON.

use serde_json::Value;

/// Text at a JSON pointer.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

/// A whole number at a JSON pointer.
pub(super) fn number(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

/// A whole number that the API leaves out where it is zero.
pub(super) fn count(object: &Value, pointer: &str) -> i64 {
    number(object, pointer).unwrap_or(0)
}

/// Whether something is said to be so.
pub(super) fn flag(object: &Value, pointer: &str) -> bool {
    object.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
}

/// The members of a list at a JSON pointer; none where there is no list.
pub(super) fn each<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    object.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// An object's name.
pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name").unwrap_or_default()
}

/// Its namespace.
pub(super) fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace").unwrap_or_default()
}

/// Its uid.
pub(super) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid").unwrap_or_default()
}

/// How often its spec has changed; none of kinds that do not count.
pub(super) fn generation(object: &Value) -> Option<i64> {
    number(object, "/metadata/generation")
}

/// An annotation or none.
pub(super) fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(name)?.as_str()
}

/// Whether it is being deleted.
pub(super) fn deleting(object: &Value) -> bool {
    text(object, "/metadata/deletionTimestamp").is_some()
}

/// Kind and name of the object that owns it as its controller.
pub(super) fn controller(object: &Value) -> Option<(&str, &str)> {
    let owner = each(object, "/metadata/ownerReferences").find(|o| flag(o, "/controller"))?;
    Some((text(owner, "/kind")?, text(owner, "/name")?))
}

/// The uid of the object that owns it as its controller.
pub(super) fn controller_uid(object: &Value) -> Option<&str> {
    text(each(object, "/metadata/ownerReferences").find(|o| flag(o, "/controller"))?, "/uid")
}

/// Whether a condition has this status: `("Progressing", "False")`.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    each(object, "/status/conditions").find(|c| text(c, "/type") == Some(kind))
}

/// The first few of many names, and how many more there are.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    match names.len() {
        0 => "none".to_owned(),
        n if n > FEW => format!("{} and {} more", names[..FEW].join(", "), n - FEW),
        _ => names.join(", "),
    }
}

/// Whether labels match a selector (`matchLabels` and `matchExpressions`); an empty selector matches everything.
pub(super) fn selects(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|l| l.get(key)).and_then(Value::as_str);
    let plain = selector.get("matchLabels").and_then(Value::as_object);
    let plain_match = plain.into_iter().flatten().all(|(key, value)| label(key) == value.as_str());
    plain_match
        && each(selector, "/matchExpressions").all(|e| {
            let has = text(e, "/key").and_then(label);
            let among = || each(e, "/values").any(|v| has.is_some() && v.as_str() == has);
            match text(e, "/operator") {
                Some("In") => among(),
                Some("NotIn") => !among(),
                Some("Exists") => has.is_some(),
                Some("DoesNotExist") => has.is_none(),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors_as_the_api_reads_them() {
        let labels = json!({"app": "cart", "tier": "web"});
        for (selector, expected) in [
            (json!({}), true),
            (json!({"matchLabels": {"app": "cart"}}), true),
            (json!({"matchLabels": {"app": "cart", "tier": "db"}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart", "shop"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["cart"]}]}), false),
            (json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}), true),
            (json!({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}), true),
            (json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}), false),
            (json!({"matchExpressions": [{"key": "tier", "operator": "Beyond"}]}), false),
        ] {
            assert_eq!(selects(&selector, Some(&labels)), expected, "{selector}");
        }
        assert!(!selects(&json!({"matchLabels": {"app": "cart"}}), None));
    }

    #[test]
    fn long_lists_stay_short() {
        assert_eq!(listed([]), "none");
        assert_eq!(listed(["a", "b"]), "a, b");
        assert_eq!(listed(["a"; 10]), "a, a, a, a, a, a, a, a and 2 more");
    }
}
