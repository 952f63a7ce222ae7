//! Objects: JSON on request, filled schemas, inputs of tools.

use serde_json::{Map, Value, json};

use super::quoted::{after, numbers, quotations};
use super::{Saying, Solved, Talk, Tool};

/// Calls of tools, where the question or the caller wants one.
pub(crate) fn call(talk: &Talk, solved: &[Solved]) -> Option<Vec<Saying>> {
    let question = talk.last_text();
    let lower = question.to_lowercase();
    if talk.after_tools() {
        return None;
    }
    let asks = [
        "use ", "call ", "run ", "execute", "tool", "search", "look up", "invoke",
    ]
    .iter()
    .any(|word| lower.contains(word));
    let fits = |tool: &&Tool| match &talk.forced {
        Some(name) if name.is_empty() => true,
        Some(name) => *name == tool.name,
        None => {
            lower.contains(&tool.name.to_lowercase())
                || asks && shares_words(tool, &lower)
                || asks && talk.tools.len() == 1
                || shares_words(tool, &lower) && lower.contains('?')
        }
    };
    let tool = talk.tools.iter().find(fits)?;
    if tool.searches {
        let query = question.trim_end_matches(['.', '?']).to_owned();
        let told = "The first results say so.".to_owned();
        return Some(vec![Saying::Search { query }, Saying::Text(told)]);
    }
    let input = fill(&tool.schema, &question, solved);
    Some(vec![Saying::Call {
        name: tool.name.clone(),
        input,
    }])
}

fn shares_words(tool: &Tool, question: &str) -> bool {
    let words = tool.name.split('_').chain(tool.about.split(' '));
    words
        .map(|word| word.trim_end_matches(['.', ',']).to_lowercase())
        .filter(|word| {
            word.len() > 3
                && ![
                    "with", "from", "that", "this", "given", "return", "returns", "gets",
                ]
                .contains(&word.as_str())
        })
        .any(|word| question.contains(&word))
}

/// An object that was asked for in words.
pub(crate) fn asked_for(question: &str, solved: &[Solved]) -> Option<String> {
    let lower = question.to_lowercase();
    if !lower.contains("json") {
        return None;
    }
    let written = question
        .find('{')
        .and_then(|start| Some(&question[start..=question.rfind('}')?]))
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(object) = written {
        return Some(object.to_string());
    }
    let from = after(&lower, &["keys", "key ", "fields", "properties"]).unwrap_or(0);
    let mut object = Map::new();
    for quotation in quotations(&question[from..])
        .iter()
        .filter(|one| !one.text.contains(' '))
    {
        let key = quotation.text;
        object.insert(
            key.to_owned(),
            value_for(key, &Value::Null, question, solved, object.len()),
        );
    }
    if object.is_empty() {
        object.insert(
            "answer".to_owned(),
            value_for("answer", &Value::Null, question, solved, 0),
        );
    }
    Some(Value::Object(object).to_string())
}

/// An object of this schema, with what the question says.
pub(crate) fn fill(schema: &Value, question: &str, solved: &[Solved]) -> Value {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut object = Map::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if !required.is_empty() && !required.contains(&name.as_str()) {
            continue;
        }
        let value = value_for(name, member, question, solved, object.len());
        object.insert(name.clone(), value);
    }
    Value::Object(object)
}

/// A member by its name and type; `number` tells which of several it is.
fn value_for(
    name: &str,
    schema: &Value,
    question: &str,
    solved: &[Solved],
    number: usize,
) -> Value {
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    if let Some(choices) = schema["enum"].as_array() {
        let said = |choice: &&Value| {
            choice
                .as_str()
                .is_some_and(|text| question.to_lowercase().contains(&text.to_lowercase()))
        };
        return choices
            .iter()
            .find(said)
            .or(choices.first())
            .cloned()
            .unwrap_or(Value::Null);
    }
    let named = after_name(name, question);
    let worked_out = solved
        .get(number)
        .or(solved.first())
        .map(|one| one.value.clone());
    match schema["type"].as_str() {
        Some("object") => fill(schema, question, solved),
        Some("array") => list(schema, question, solved),
        Some("boolean") => json!(!question.to_lowercase().contains("false")),
        Some("integer" | "number") => {
            let said = named.and_then(|text| numbers(text).first().map(|(_, value)| *value));
            let solved = worked_out
                .and_then(|text| text.replace(',', "").parse::<f64>().ok())
                .map(|value| value as i128);
            let any = numbers(question)
                .get(number)
                .or(numbers(question).first())
                .map(|(_, value)| *value);
            json!(said.or(solved).or(any).unwrap_or(0) as i64)
        }
        _ => text_for(name, question, named, worked_out, number),
    }
}

fn text_for(
    name: &str,
    question: &str,
    named: Option<&str>,
    worked_out: Option<String>,
    number: usize,
) -> Value {
    let quotations: Vec<&str> = quotations(question)
        .iter()
        .map(|one| one.text)
        .filter(|text| *text != name)
        .collect();
    if name == "command" || name == "url" || name == "path" {
        let line = question
            .split_once(":\n")
            .or_else(|| question.split_once(": "))
            .and_then(|(_, behind)| behind.lines().find(|line| !line.trim().is_empty()));
        if let Some(text) = quotations
            .iter()
            .max_by_key(|text| text.len())
            .copied()
            .or(line)
        {
            return text.trim().into();
        }
    }
    if let Some(text) = named.map(first_words).filter(|text| !text.is_empty()) {
        return text.into();
    }
    if name == "answer" || name == "result" {
        return worked_out.unwrap_or_else(|| "yes".to_owned()).into();
    }
    let code = super::echo::codes(question).into_iter().nth(number);
    let text = quotations
        .get(number)
        .or(quotations.first())
        .map(|text| (*text).to_owned());
    let place = || capitals(question);
    text.or(code)
        .or_else(place)
        .or(worked_out)
        .unwrap_or_else(|| name.to_owned())
        .into()
}

fn list(schema: &Value, question: &str, solved: &[Solved]) -> Value {
    let kind = schema["items"]["type"].as_str();
    if matches!(kind, Some("integer" | "number")) {
        return numbers(question)
            .iter()
            .map(|(_, value)| json!(*value as i64))
            .collect();
    }
    if kind == Some("object") {
        return json!([fill(&schema["items"], question, solved)]);
    }
    let texts: Vec<Value> = quotations(question)
        .iter()
        .map(|one| one.text.into())
        .collect();
    if texts.is_empty() {
        json!(["one"])
    } else {
        texts.into()
    }
}

/// What the question says right behind the name of a member.
fn after_name<'a>(name: &str, question: &'a str) -> Option<&'a str> {
    let spaced = name.replace('_', " ");
    let forms = [
        format!("{name}: "),
        format!("{name}="),
        format!("\"{name}\" to "),
        format!("`{name}` to "),
        format!("{name} set to "),
        format!("{name} "),
        format!("{spaced} "),
    ];
    let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
    let behind = &question[after(question, &forms)?..];
    Some(
        ["is ", "of ", "set to ", "to ", "named ", "for "]
            .iter()
            .fold(behind, |rest, word| rest.strip_prefix(word).unwrap_or(rest)),
    )
}

/// A quotation, or words up to a mark.
fn first_words(text: &str) -> &str {
    let marked = text.starts_with(['"', '`', '\'', '“']);
    if marked && let Some(quotation) = quotations(text).first() {
        return quotation.text;
    }
    let end = text
        .find(['.', ',', '\n', ';', '?', ')'])
        .unwrap_or(text.len());
    let words = &text[..end];
    let words = words.split(" and ").next().unwrap_or(words);
    // A name is short or begins with a capital; anything else is a sentence about it.
    let is_name = words.split(' ').count() == 1 || words.starts_with(char::is_uppercase);
    if is_name { words } else { "" }
}

/// The last run of words with capitals that does not begin a sentence.
fn capitals(text: &str) -> Option<String> {
    let mut best: Option<String> = None;
    let mut run: Vec<&str> = Vec::new();
    let mut begins = true;
    for word in text.split_whitespace() {
        let clean = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        if clean.starts_with(char::is_uppercase) && !begins {
            run.push(clean);
            best = Some(run.join(" "));
        } else {
            run.clear();
        }
        begins = word.ends_with(['.', '?', '!', ':']);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(tools: Value, question: &str) -> Option<Vec<Saying>> {
        let body = json!({ "tools": tools, "messages": [{ "role": "user", "content": question }] });
        call(&Talk::of(&body), &[])
    }

    #[test]
    fn tools_get_what_the_question_says() {
        let weather = json!([{ "name": "get_weather", "description": "Weather of a city", "input_schema": {
            "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] } }]);
        let called = ask(weather.clone(), "What is the weather in San Francisco?").unwrap();
        assert_eq!(
            called,
            [Saying::Call {
                name: "get_weather".into(),
                input: json!({ "city": "San Francisco" })
            }]
        );
        assert_eq!(ask(weather, "Tell me a joke."), None);
        let shell = json!([{ "name": "bash", "input_schema": {
            "type": "object", "properties": { "command": { "type": "string" } }, "required": ["command"] } }]);
        let called = ask(
            shell,
            "Call bash with exactly this command: `ls -la /tmp && echo done`",
        )
        .unwrap();
        assert_eq!(
            called,
            [Saying::Call {
                name: "bash".into(),
                input: json!({ "command": "ls -la /tmp && echo done" })
            }]
        );
    }

    #[test]
    fn schemas_are_filled() {
        let schema = json!({ "type": "object", "required": ["name", "age"], "properties": {
            "name": { "type": "string" }, "age": { "type": "integer" } } });
        let object = fill(
            &schema,
            "Ada Lovelace's name is Ada and her age is 36.",
            &[],
        );
        assert_eq!(object, json!({ "name": "Ada", "age": 36 }));
    }
}
