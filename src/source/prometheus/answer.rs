//! What Prometheus answers to a query, taken in without trust.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The number that a query gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A finite one.
    Is(f64),
    /// No series: nothing was counted.
    Missing,
    /// `NaN` or infinite: something was divided by nothing.
    Undefined,
}

/// Why an answer is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The query is: what to change.
    Query(String),
    /// The server is not what it should be, or is in trouble.
    Server(String),
}

/// The body that every endpoint of the API answers with.
#[derive(Debug, Deserialize)]
struct Body {
    status: String,
    data: Option<serde_json::Value>,
    #[serde(rename = "errorType")]
    error_type: Option<String>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Series {
    value: Option<(f64, String)>,
    values: Option<Vec<(f64, String)>>,
}

/// The `data` of an answer.
pub(super) fn data(status: u16, body: &[u8]) -> Result<serde_json::Value, Wrong> {
    let Ok(body) = serde_json::from_slice::<Body>(body) else {
        return Err(Wrong::Server(format!("does not answer like Prometheus (HTTP {status}); is this its base URL?")));
    };
    if body.status == "success" {
        return body.data.ok_or_else(|| Wrong::Server("answers without data; is this its base URL?".to_owned()));
    }
    let said: String = body.error.unwrap_or_else(|| format!("HTTP {status}")).chars().take(300).collect();
    match body.error_type.as_deref() {
        Some("bad_data" | "execution") => Err(Wrong::Query(format!("the query is refused: {said}"))),
        Some("timeout" | "canceled") => {
            Err(Wrong::Query(format!("the query takes too long: {said}; a recording rule makes it quick")))
        }
        _ => Err(Wrong::Server(format!("says: {said}"))),
    }
}

/// The one number of an instant query.
pub(super) fn number(data: serde_json::Value) -> Result<Number, Wrong> {
    let data = parse::<Data>(data)?;
    if data.kind == "scalar" {
        return Ok(read(&parse::<(f64, String)>(data.result)?.1));
    }
    if data.kind != "vector" {
        return Err(Wrong::Query(format!("the query gives a {}; it must give one number, as sum(…) does", data.kind)));
    }
    let series = parse::<Vec<Series>>(data.result)?;
    match &series[..] {
        [] => Ok(Number::Missing),
        [Series { value: Some((_, text)), .. }] => Ok(read(text)),
        [_] => Err(Wrong::Query("the query gives a histogram; it must give one number".to_owned())),
        many => Err(Wrong::Query(format!("the query gives {} series; put sum(…) around it", many.len()))),
    }
}

/// The instants, seconds since 1970, at which a range query gave a number.
pub(super) fn instants(data: serde_json::Value) -> Result<Vec<f64>, Wrong> {
    let series = parse::<Vec<Series>>(parse::<Data>(data)?.result)?;
    let points = series.into_iter().filter_map(|s| s.values).flatten();
    Ok(points.filter(|(_, text)| matches!(read(text), Number::Is(_))).map(|(at, _)| at).collect())
}

/// The numbers of a range query by their instant, seconds since 1970.
pub(super) fn values(data: serde_json::Value) -> Result<BTreeMap<i64, Number>, Wrong> {
    let series = parse::<Vec<Series>>(parse::<Data>(data)?.result)?;
    if series.len() > 1 {
        return Err(Wrong::Query(format!("the query gives {} series; put sum(…) around it", series.len())));
    }
    let points = series.into_iter().filter_map(|s| s.values).flatten();
    // Instants are whole seconds, for so they were asked; a server may answer with milliseconds more or less.
    Ok(points.filter_map(|(at, text)| Some((format!("{at:.0}").parse().ok()?, read(&text)))).collect())
}

fn parse<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, Wrong> {
    serde_json::from_value(value)
        .map_err(|_| Wrong::Server("does not answer like Prometheus; is this its base URL?".to_owned()))
}

fn read(text: &str) -> Number {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Number::Is(n),
        _ => Number::Undefined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(status: u16, body: &str) -> Result<Number, Wrong> {
        data(status, body.as_bytes()).and_then(number)
    }

    fn vector(result: &str) -> String {
        format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{result}]}}}}"#)
    }

    #[test]
    fn one_number_is_read_and_nothing_is_invented() {
        let table = [
            (vector(r#"{"metric":{},"value":[1.5,"42.25"]}"#), Number::Is(42.25)),
            (vector(""), Number::Missing),
            (vector(r#"{"metric":{},"value":[1,"NaN"]}"#), Number::Undefined),
            (vector(r#"{"metric":{},"value":[1,"+Inf"]}"#), Number::Undefined),
            (r#"{"status":"success","data":{"resultType":"scalar","result":[1,"7"]}}"#.to_owned(), Number::Is(7.0)),
        ];
        for (body, expected) in table {
            assert_eq!(asked(200, &body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn a_range_has_its_numbers_by_instant() {
        let asked = |result: &str| {
            let body = format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{result}]}}}}"#);
            data(200, body.as_bytes()).and_then(values)
        };
        let one = r#"{"metric":{},"values":[[300,"1.5"],[599.999,"NaN"],[900.001,"0"]]}"#;
        let expected = [(300, Number::Is(1.5)), (600, Number::Undefined), (900, Number::Is(0.0))];
        assert_eq!(asked(one), Ok(BTreeMap::from(expected)));
        assert_eq!(asked(""), Ok(BTreeMap::new()));
        assert!(matches!(asked(&format!("{one},{one}")), Err(Wrong::Query(said)) if said.contains("2 series")));
    }

    #[test]
    fn errors_say_whose_fault_it_is() {
        let query = |body: &str, part: &str| match asked(400, body) {
            Err(Wrong::Query(said)) => assert!(said.contains(part), "{said}"),
            other => panic!("{body}: {other:?}"),
        };
        query(r#"{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}"#, "unexpected end");
        query(r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#, "recording rule");
        query(&vector(r#"{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]}"#), "2 series; put sum");
        query(r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "a matrix");
        let server = |body: &str| assert!(matches!(asked(200, body), Err(Wrong::Server(_))), "{body}");
        for body in ["", "<html>", "{}", "[]", r#"{"status":"success"}"#, r#"{"status":"success","data":3}"#] {
            server(body);
        }
        server(r#"{"status":"error","errorType":"unavailable","error":"starting"}"#);
        server(&vector("7"));
    }

    proptest! {
        #[test]
        fn no_body_is_too_strange(body in any::<Vec<u8>>(), cut in 0_usize..90) {
            let _ = data(200, &body).and_then(number);
            let whole = vector(r#"{"metric":{},"value":[1.5,"42.25"]}"#);
            prop_assert!(asked(200, &whole[..cut.min(whole.len() - 1)]).is_err());
        }
    }
}
