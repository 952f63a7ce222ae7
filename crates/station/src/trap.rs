//! What an answer is when it is not what was asked for: web pages with status 200, challenges, redirects,
//! log-in pages of networks, missing endpoints, empty refusals. None of them is ever a balance.

use crate::call::Answer;
use crate::json::Json;
use crate::problem::Problem;
use crate::redact;
use crate::target::host_of;

/// Bytes of a page that are searched for signs.
const SEARCHED: usize = 16 * 1024;
/// Characters of a page's title that are kept.
const TITLE: usize = 80;

/// Signs of a Cloudflare challenge in a page. The word "cloudflare" alone is none: ordinary pages have it.
const CHALLENGE_SIGNS: [&str; 3] = [
    "_cf_chl_opt",
    "/cdn-cgi/challenge-platform/",
    "<title>just a moment",
];
/// Signs of a network's log-in page (WISPr, and the usual names of gateways).
const PORTAL_SIGNS: [&str; 3] = ["wispaccessgatewayparam", "captiveportal", "captive-portal"];
/// Parts of host names of log-in pages.
const PORTAL_HOSTS: [&str; 5] = ["captive", "portal", "hotspot", "wlan", "wifi"];

/// The JSON of an answer that succeeded, or what it is instead.
pub(crate) fn json(answer: &Answer) -> Result<Json, Problem> {
    if let Some(problem) = in_the_way(answer) {
        return Err(problem);
    }
    let json = Json::read(&answer.body);
    match (answer.status, json) {
        (404 | 405 | 410 | 501, json) if is_missing(answer, json.as_ref()) => {
            Err(Problem::NoEndpoint)
        }
        (200..=299, Some(json)) => match refusal(answer.status, &json) {
            Some(refused) => Err(refused),
            None => Ok(json),
        },
        (200..=299, None) if is_blank(answer) => Err(Problem::Empty),
        (200..=299, None) => Err(Problem::NotJson),
        (status @ 500..=599, _) => Err(Problem::ServerError { status }),
        (status, json) => {
            let json = json.unwrap_or(Json::Null);
            let (code, message) = words(&json);
            Err(Problem::Refused {
                status,
                code,
                message,
            })
        }
    }
}

/// The JSON of an answer of any status, where nothing stands in the way: refusals have shapes as well.
pub(crate) fn any_json(answer: &Answer) -> Option<Json> {
    let blocked = is_challenge(answer) || is_page(answer);
    if blocked {
        return None;
    }
    Json::read(&answer.body).filter(Json::is_object)
}

/// Code and words of a refusal, in any of the usual shapes; the words are redacted.
pub(crate) fn words(json: &Json) -> (String, String) {
    let error = json.get("error");
    let texts = [
        error.get("message"),
        json.get("message"),
        json.get("msg"),
        error,
        json.get("detail"),
    ];
    let codes = [
        error.get("code"),
        error.get("type"),
        json.get("code"),
        json.get("reason"),
    ];
    let message = texts.into_iter().find_map(Json::words).unwrap_or_default();
    let code = codes
        .into_iter()
        .filter_map(Json::plain)
        .find(|code| !code.is_empty())
        .unwrap_or_default();
    (redact::text(&code), redact::text(message))
}

/// A refusal inside a success: `success: false`, or an error object.
fn refusal(status: u16, json: &Json) -> Option<Problem> {
    let refused = json.get("success").is_false() || json.get("error").is_object();
    refused.then(|| {
        let (code, message) = words(json);
        Problem::Refused {
            status,
            code,
            message,
        }
    })
}

/// What keeps an answer from being one, before its body is read as JSON.
fn in_the_way(answer: &Answer) -> Option<Problem> {
    if is_challenge(answer) {
        return Some(Problem::Challenge);
    }
    if answer.status == 511 {
        return Some(Problem::CaptivePortal { host: None });
    }
    if (300..=399).contains(&answer.status) {
        return Some(redirected(answer.header("location")));
    }
    if answer.status == 429 {
        let seconds = answer
            .header("retry-after")
            .and_then(|text| text.trim().parse().ok());
        return Some(Problem::RateLimited { seconds });
    }
    if !is_page(answer) {
        return None;
    }
    let page = beginning(answer);
    if let Some(host) = portal(&page) {
        return Some(Problem::CaptivePortal { host });
    }
    Some(match answer.status {
        404 | 405 => Problem::NoEndpoint,
        status @ 500..=599 => Problem::ServerError { status },
        _ => Problem::WebPage {
            title: title(&page, answer),
        },
    })
}

/// A redirect that could not be followed: only those to other hosts, and circles, come this far.
fn redirected(location: Option<&str>) -> Problem {
    match location {
        None => Problem::UnknownShape,
        Some(path) if path.starts_with('/') && !path.starts_with("//") => Problem::RedirectLoop,
        Some(elsewhere) => {
            let host = host_of(elsewhere.trim_start_matches('/'));
            if is_portal_host(host) {
                return Problem::CaptivePortal {
                    host: Some(host.to_owned()),
                };
            }
            Problem::OtherHost {
                location: host.to_owned(),
            }
        }
    }
}

/// Cloudflare marks every challenge page with a header; older ones are known by their scripts.
fn is_challenge(answer: &Answer) -> bool {
    let marked = answer
        .header("cf-mitigated")
        .is_some_and(|value| value.eq_ignore_ascii_case("challenge"));
    let page = || beginning(answer);
    marked
        || (matches!(answer.status, 403 | 429 | 503)
            && is_page(answer)
            && CHALLENGE_SIGNS.iter().any(|sign| page().contains(sign)))
}

fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let start = answer
        .body
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    kind.trim_start()
        .to_ascii_lowercase()
        .starts_with("text/html")
        && start != Some(&b'{')
        || start == Some(&b'<')
}

/// The host of a log-in page, if this is one.
fn portal(page: &str) -> Option<Option<String>> {
    if PORTAL_SIGNS.iter().any(|sign| page.contains(sign)) {
        return Some(None);
    }
    let refresh = page.split_once("http-equiv=\"refresh\"")?.1;
    let url = refresh
        .split_once("url=")?
        .1
        .trim_start_matches(['\'', '"']);
    let url = url.split(['"', '\'', '>', ' ']).next()?;
    let host = host_of(url);
    is_portal_host(host).then(|| Some(host.to_owned()))
}

fn is_portal_host(host: &str) -> bool {
    let private = host
        .parse::<std::net::Ipv4Addr>()
        .is_ok_and(|address| address.is_private() || address.is_link_local());
    let first = host.split('.').next().unwrap_or_default();
    private || PORTAL_HOSTS.iter().any(|part| first.contains(part))
}

/// Whether an endpoint is simply not there: gin's own text, "Invalid URL (GET …)" of the One-API family,
/// "Not Found" of claude-relay-service, FastAPI's, or nothing at all.
fn is_missing(answer: &Answer, json: Option<&Json>) -> bool {
    let Some(json) = json.filter(|json| json.is_object()) else {
        return true;
    };
    if answer.status != 404 {
        return true;
    }
    let message = json.at(&["error", "message"]).text().unwrap_or_default();
    let is_router = json.get("error").text() == Some("Not Found")
        || json.get("detail").text() == Some("Not Found");
    message.starts_with("Invalid URL (") || is_router
}

fn is_blank(answer: &Answer) -> bool {
    answer.body.iter().all(u8::is_ascii_whitespace)
}

/// The beginning of a page in lower case.
fn beginning(answer: &Answer) -> String {
    let start = &answer.body[..answer.body.len().min(SEARCHED)];
    String::from_utf8_lossy(start).to_ascii_lowercase()
}

fn title(page: &str, answer: &Answer) -> Option<String> {
    // Found in the lower-case copy, cut out of the page itself: lower case of ASCII keeps all places.
    let start = page.find("<title")?;
    let start = start + page[start..].find('>')? + 1;
    let length = page[start..].find("</title")?;
    let kept = &answer.body[..answer.body.len().min(SEARCHED)];
    let text = String::from_utf8_lossy(kept);
    let title: String = text
        .get(start..start + length)?
        .trim()
        .chars()
        .take(TITLE)
        .collect();
    (!title.is_empty()).then(|| redact::text(&title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Answer {
            status,
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
            ms: 1,
        }
    }

    #[track_caller]
    fn check(answer: &Answer, expected: Problem) {
        assert_eq!(json(answer), Err(expected));
    }

    #[test]
    fn a_page_is_no_answer_whatever_it_says_it_is() {
        let page = "<!doctype html><html><head><title>Example Relay</title></head></html>";
        let expected = || Problem::WebPage {
            title: Some("Example Relay".into()),
        };
        check(
            &answer(200, &[("content-type", "text/html; charset=utf-8")], page),
            expected(),
        );
        check(
            &answer(200, &[("content-type", "application/json")], page),
            expected(),
        );
        check(&answer(404, &[], "<html>404</html>"), Problem::NoEndpoint);
        check(
            &answer(502, &[], "<html>Bad gateway</html>"),
            Problem::ServerError { status: 502 },
        );
        // JSON under the wrong name is still JSON.
        assert!(json(&answer(200, &[("content-type", "text/html")], "{\"a\":1}")).is_ok());
    }

    #[test]
    fn challenges_are_known_by_header_or_script() {
        check(
            &answer(403, &[("cf-mitigated", "challenge")], ""),
            Problem::Challenge,
        );
        check(
            &answer(200, &[("cf-mitigated", "challenge")], "{}"),
            Problem::Challenge,
        );
        check(
            &answer(503, &[], "<html><script>window._cf_chl_opt={}</script>"),
            Problem::Challenge,
        );
        // An ordinary page behind Cloudflare.
        check(
            &answer(
                403,
                &[("server", "cloudflare")],
                "<html><title>Protected by Cloudflare</title>",
            ),
            Problem::WebPage {
                title: Some("Protected by Cloudflare".into()),
            },
        );
    }

    #[test]
    fn redirects_and_log_in_pages_are_told_apart() {
        check(
            &answer(301, &[("location", "https://other.example/x")], ""),
            Problem::OtherHost {
                location: "other.example".into(),
            },
        );
        check(
            &answer(302, &[("location", "//other.example/x")], ""),
            Problem::OtherHost {
                location: "other.example".into(),
            },
        );
        check(
            &answer(302, &[("location", "/again")], ""),
            Problem::RedirectLoop,
        );
        check(
            &answer(302, &[("location", "http://192.168.1.1/login")], ""),
            Problem::CaptivePortal {
                host: Some("192.168.1.1".into()),
            },
        );
        check(&answer(511, &[], ""), Problem::CaptivePortal { host: None });
        let refresh =
            r#"<html><meta http-equiv="refresh" content="0; url=http://portal.hotel.example/in">"#;
        check(
            &answer(200, &[], refresh),
            Problem::CaptivePortal {
                host: Some("portal.hotel.example".into()),
            },
        );
    }

    #[test]
    fn refusals_are_read_in_every_shape() {
        let refused = |status, code: &str, message: &str| Problem::Refused {
            status,
            code: code.into(),
            message: message.into(),
        };
        check(
            &answer(200, &[], r#"{"success":false,"message":"no"}"#),
            refused(200, "", "no"),
        );
        check(
            &answer(
                200,
                &[],
                r#"{"error":{"message":"m","type":"upstream_error"}}"#,
            ),
            refused(200, "upstream_error", "m"),
        );
        check(
            &answer(401, &[], r#"{"code":"INVALID_API_KEY","message":"m"}"#),
            refused(401, "INVALID_API_KEY", "m"),
        );
        check(
            &answer(
                401,
                &[],
                r#"{"error":"Invalid API key","message":"API key not found"}"#,
            ),
            refused(401, "", "API key not found"),
        );
        check(&answer(403, &[], "no"), refused(403, "", ""));
        check(
            &answer(429, &[("retry-after", "60")], ""),
            Problem::RateLimited { seconds: Some(60) },
        );
        check(
            &answer(429, &[], ""),
            Problem::RateLimited { seconds: None },
        );
        check(&answer(200, &[], " "), Problem::Empty);
        check(&answer(200, &[], "ok"), Problem::NotJson);
        check(&answer(200, &[], "{\"a\":"), Problem::NotJson);
        check(&answer(404, &[], "404 page not found"), Problem::NoEndpoint);
        check(
            &answer(404, &[], r#"{"error":{"message":"Invalid URL (GET /x)"}}"#),
            Problem::NoEndpoint,
        );
        check(
            &answer(404, &[], r#"{"error":"API key not found"}"#),
            refused(404, "", "API key not found"),
        );
    }
}
