//! Asking the server that runs.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::failure::Failure;

/// Gets an address that signs a browser in once.
pub(crate) async fn one_time_address(port: u16, token: &str) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "POST /api/session/one-time HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
         Authorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let json: serde_json::Value = serde_json::from_str(body.trim()).unwrap_or_default();
    let address = json
        .get("url")
        .and_then(|url| url.as_str())
        .map(str::to_owned);
    address.ok_or_else(|| Failure::new("the running Relayscope did not let this user in"))
}
