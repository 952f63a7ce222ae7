//! A broken file is refused, and the error says where and what.

use relayscope_price::Catalog;

/// What the error says of a file that differs from a good one in one place.
fn error_of(good: &str, bad: &str) -> String {
    let file = r#"vendor = "acme"

[[model]]
id = "rocket-1"
multipliers = { "service_tier:flex" = "0.5" }

[[model.price]]
to = 2026-09-01
input = "1"
output = "2"

[[model]]
id = "rocket-2"
batch_multiplier = "0.5"

[[model.price]]
from = 2026-09-01
input = "0.5"
output = "2.5"
cache_read = "0.05"
cache_write = { 5m = "0.6", 1h = "1" }
"#;
    assert!(Catalog::from_toml(&[("acme.toml", file)]).is_ok());
    assert!(file.contains(good), "{good}");
    let file = file.replacen(good, bad, 1);
    Catalog::from_toml(&[("acme.toml", &file)])
        .unwrap_err()
        .to_string()
}

#[test]
fn errors_name_the_file_the_row_and_the_field() {
    for (good, bad, says) in [
        // not TOML, or not our shape
        (
            r#"input = "0.5""#,
            "input = 0.5",
            &["acme.toml, line 18, rocket-2, `input`: invalid type"][..],
        ),
        (
            r#"input = "0.5""#,
            "input = ",
            &["acme.toml, line 18, rocket-2, `input`"],
        ),
        (
            "cache_read",
            "cache_reads",
            &["line 20, rocket-2, `cache_reads`: unknown field"],
        ),
        (
            "batch_multiplier",
            "batch",
            &["line 14, rocket-2, `batch`: unknown field"],
        ),
        (
            r#"vendor = "acme""#,
            "vendor = 7",
            &["line 1, the file's head, `vendor`: invalid type"],
        ),
        (
            r#"output = "2.5""#,
            "",
            &["rocket-2", "missing field `output`"],
        ),
        // values
        (
            r#""0.5"
output"#,
            "\"0,5\"\noutput",
            &["acme.toml, rocket-2@2026-09-01, `input`: \"0,5\" is not"],
        ),
        (
            r#""0.05""#,
            r#""-0.05""#,
            &["rocket-2@2026-09-01, `cache_read`: \"-0.05\""],
        ),
        (
            r#"1h = "1""#,
            r#"1h = "one""#,
            &["rocket-2@2026-09-01, `cache_write`: \"one\""],
        ),
        ("5m", "5s", &["`cache_write`: \"5s\" is not a lifetime"]),
        (
            r#"flex" = "0.5""#,
            r#"flex" = "half""#,
            &["rocket-1, `multipliers`: \"half\""],
        ),
        (
            r#"batch_multiplier = "0.5""#,
            r#"batch_multiplier = "x""#,
            &["rocket-2, `batch_multiplier`"],
        ),
        (
            "from = 2026-09-01",
            "from = 10:00:00",
            &["`from`: 10:00:00 is neither a date"],
        ),
        (
            "from = 2026-09-01",
            "from = 2026-09-01\nto = 2026-09-01",
            &["`to`: the period ends before"],
        ),
        (
            "from = 2026-09-01",
            "window = \"night\"",
            &["rocket-2@start, `window`: no file explains \"night\""],
        ),
        (
            "batch_multiplier = \"0.5\"",
            "sources = [\"x\"]",
            &["rocket-2, `sources`: no file explains \"x\""],
        ),
        (
            "batch_multiplier = \"0.5\"",
            "aliases = [\"rocket-1\"]",
            &["`aliases`: \"rocket-1\" is given twice"],
        ),
        (
            "rocket-2",
            "rocket-1",
            &["rocket-1, `id`: \"rocket-1\" is given twice"],
        ),
        (
            "cache_write = ",
            "cny = { input = \"1\", output = \"1\" }\ncache_write = ",
            &["rocket-2@2026-09-01, `cny`: the second price list"],
        ),
        (
            r#"output = "2"
"#,
            "output = \"2\"\n\n[[model.price]]\nfrom = 2026-08-31\ninput = \"1\"\noutput = \"2\"\n",
            &["rocket-1@2026-08-31, `from`", "row \"rocket-1@start\""],
        ),
        (
            r#"1h = "1" }"#,
            "1h = \"1\" }\n[[model.price.tier]]\nabove = 5\ninput = \"1\"\noutput = \"1\"\n[[model.price.tier]]\nabove = 5\ninput = \"1\"\noutput = \"1\"",
            &["`above`: tiers have to ascend"],
        ),
    ] {
        let error = error_of(good, bad);
        for says in says {
            assert!(error.contains(says), "{bad}: {error}");
        }
    }
}

#[test]
fn windows_holidays_and_tools_are_checked_too() {
    for (text, says) in [
        (
            "[windows.w]\ndays = \"Weekend\"\nutc = []",
            "bad.toml, windows.w, `days`: \"Weekend\"",
        ),
        (
            "[windows.w]\ndays = \"Mon\"\nutc = [\"22:00-02:00\"]",
            "windows.w, `utc`: \"22:00-02:00\"",
        ),
        (
            "[windows.w]\ndays = \"Mon\"\nutc = []\nexcept = \"mars\"",
            "windows.w, `except`: no file explains",
        ),
        (
            "[holidays.mars]\n2026 = [\"02-30\"]",
            "holidays.mars, `2026`: \"02-30\"",
        ),
        (
            "[aliases]\nfast = \"nobody\"",
            "aliases, `fast`: no file explains \"nobody\"",
        ),
        (
            "[[server_tool]]\nid = \"t\"\ncounts = \"web_search\"\ncurrency = \"USD\"\nper_thousand = \"ten\"",
            "bad.toml, t, `per_thousand`: \"ten\"",
        ),
        (
            "[[server_tool]]\nid = \"t\"\ncounts = \"dreams\"",
            "line 3, t, `counts`: unknown variant",
        ),
    ] {
        let error = Catalog::from_toml(&[("bad.toml", text)])
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}
