//! Failures without an answer.

use crate::cause::Cause;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The client went away.
    ClientLeft,
    /// We are shutting down.
    ShuttingDown,
    /// The name has no address.
    NameNotFound,
    /// No way to the network.
    NetworkUnreachable,
    /// The proxy on the way out refused.
    ProxyRefused,
    /// The certificate is not trusted here.
    CertificateNotTrusted,
    /// The address is our own.
    SelfLoop,
    /// Nobody accepted the connection.
    ConnectFailed,
    /// Connecting took too long; nothing was sent.
    ConnectTimeout,
    /// The TLS handshake failed.
    TlsFailed,
    /// The connection ended before an answer came.
    ConnectionReset,
    /// What came is not HTTP.
    ProtocolError,
    /// A 200 without content.
    EmptyAnswer,
    /// The request was sent and the answer did not begin in time.
    FirstByteTimeout,
}

impl Failure {
    /// Its cause.
    pub fn cause(self) -> Cause {
        match self {
            Self::ClientLeft => Cause::ClientLeft,
            Self::ShuttingDown => Cause::ShuttingDown,
            Self::NameNotFound => Cause::NameNotFound,
            Self::NetworkUnreachable => Cause::NetworkUnreachable,
            Self::ProxyRefused => Cause::ProxyRefused,
            Self::CertificateNotTrusted => Cause::CertificateNotTrusted,
            Self::SelfLoop => Cause::SelfLoop,
            Self::ConnectFailed => Cause::ConnectFailed,
            Self::ConnectTimeout => Cause::ConnectTimeout,
            Self::TlsFailed => Cause::TlsFailed,
            Self::ConnectionReset => Cause::ConnectionReset,
            Self::ProtocolError => Cause::ProtocolError,
            Self::EmptyAnswer => Cause::EmptyAnswer,
            Self::FirstByteTimeout => Cause::FirstByteTimeout,
        }
    }
}
