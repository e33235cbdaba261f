//! What one HTTP peer may cost, as the settings of every program say it in their `[limits]`. What the figures do is `serve`'s.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::ServeOptions;
use crate::settings::{SettingsError, within};

/// Figures for whoever comes by HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpLimits {
    /// How long TLS may take, seconds.
    pub tls_seconds: u32,
    /// How long the head of a request may take, seconds; also how long an idle connection is kept.
    pub head_seconds: u32,
    /// Of the head of a request, bytes.
    pub head_bytes: usize,
    /// How long the body of a request may take, seconds, ...
    pub body_seconds: u32,
    /// ... with a second more for each so many bytes that came.
    pub body_bytes_per_second: u32,
    /// Of the body of a request, bytes. The router holds it, not [`super::spawn`].
    pub body_bytes: usize,
    /// How long a peer may take nothing of an answer, seconds.
    pub reader_seconds: u32,
}

impl HttpLimits {
    /// What is in force where the settings say nothing.
    pub const USUAL: Self = Self {
        tls_seconds: 10,
        head_seconds: 30,
        head_bytes: 64 * 1024,
        body_seconds: 30,
        body_bytes_per_second: 1024,
        body_bytes: 1024 * 1024,
        reader_seconds: 30,
    };

    /// The options of a listener with these figures.
    #[must_use]
    pub const fn options(&self, name: &'static str) -> ServeOptions {
        ServeOptions {
            name,
            max_connections: 1024,
            max_connections_per_address: 512,
            handshake_timeout: Duration::from_secs(self.tls_seconds as u64),
            header_timeout: Duration::from_secs(self.head_seconds as u64),
            head_bytes: self.head_bytes,
            body_grace: Duration::from_secs(self.body_seconds as u64),
            body_bytes_per_second: self.body_bytes_per_second,
            read_patience: Duration::from_secs(self.reader_seconds as u64),
            stream_grace: Duration::from_secs(1),
        }
    }

    /// Refuses figures with which nobody is served, or nobody is ever let go.
    ///
    /// # Errors
    /// One sentence that names the key, its bounds and what the settings say.
    pub fn check(&self, file: &Path) -> Result<(), SettingsError> {
        // Nobody's TLS, head or body is there at once; after ten minutes nobody waits any more.
        for (key, seconds) in [
            ("limits.tls_seconds", self.tls_seconds),
            ("limits.body_seconds", self.body_seconds),
            ("limits.reader_seconds", self.reader_seconds),
        ] {
            within(file, key, seconds.into(), 1..=600)?;
        }
        // Consoles keep an idle connection for 15 s, and must not meet one that is being closed.
        within(file, "limits.head_seconds", self.head_seconds.into(), 20..=600)?;
        // A browser sends some KiB of cookies and headers; HTTP is not read with less than 8 KiB.
        within(file, "limits.head_bytes", self.head_bytes as u64, 16_384..=1_048_576)?;
        within(file, "limits.body_bytes_per_second", self.body_bytes_per_second.into(), 1..=1_048_576)?;
        // A signed document (64 KiB) comes inside of JSON.
        within(file, "limits.body_bytes", self.body_bytes as u64, 131_072..=16_777_216)
    }
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self::USUAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_of_the_settings_is_the_listener_s() {
        let figures = HttpLimits {
            tls_seconds: 2,
            head_seconds: 3,
            head_bytes: 4,
            body_seconds: 5,
            body_bytes_per_second: 6,
            body_bytes: 7,
            reader_seconds: 8,
        };
        let options = figures.options("test");
        assert_eq!((options.name, options.head_bytes, options.body_bytes_per_second), ("test", 4, 6));
        let times = [options.handshake_timeout, options.header_timeout, options.body_grace, options.read_patience];
        assert_eq!(times.map(|time| time.as_secs()), [2, 3, 5, 8]);
    }

    #[test]
    fn a_figure_that_serves_nobody_is_refused_in_one_sentence() {
        let file = Path::new("x.toml");
        assert!(HttpLimits::USUAL.check(file).is_ok());
        for (key, wrong) in [
            ("tls_seconds", HttpLimits { tls_seconds: 0, ..HttpLimits::USUAL }),
            ("head_seconds", HttpLimits { head_seconds: 15, ..HttpLimits::USUAL }),
            ("head_bytes", HttpLimits { head_bytes: 4096, ..HttpLimits::USUAL }),
            ("body_seconds", HttpLimits { body_seconds: 0, ..HttpLimits::USUAL }),
            ("body_bytes_per_second", HttpLimits { body_bytes_per_second: 0, ..HttpLimits::USUAL }),
            ("body_bytes", HttpLimits { body_bytes: 1000, ..HttpLimits::USUAL }),
            ("reader_seconds", HttpLimits { reader_seconds: 601, ..HttpLimits::USUAL }),
        ] {
            let said = wrong.check(file).expect_err("refused").to_string();
            assert!(said.starts_with(&format!("`limits.{key}`: must be from ")), "{said}");
            assert!(said.contains("x.toml") && !said.contains('\n'), "{said}");
        }
    }
}
