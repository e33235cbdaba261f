//! Debian's Janus: its streaming plugin fed by plain RTP, one event loop, on loopback, configured in a folder of its own.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::machine::Pinned;

pub struct Janus {
    _process: Pinned,
    _folder: tempfile::TempDir,
    api: SocketAddr,
    id: u32,
}

/// A viewer's session, waiting for its answer.
pub struct Watch {
    session: u64,
    handle: u64,
    /// SDP.
    pub offer: String,
}

impl Watch {
    /// The address of this machine that Janus offers. Its ICE library leaves loopback out; packets to an own address take the same way.
    pub fn address(&self) -> anyhow::Result<IpAddr> {
        let candidates = self.offer.lines().filter_map(|line| line.strip_prefix("a=candidate:"));
        let mut addresses =
            candidates.filter_map(|rest| rest.split_ascii_whitespace().nth(4)?.parse::<Ipv4Addr>().ok());
        addresses.next().map(IpAddr::V4).context("Janus offers no IPv4 address: this machine has none but loopback")
    }
}

impl Janus {
    /// `None` when Janus is not installed.
    pub fn start(core: usize) -> anyhow::Result<Option<Self>> {
        if !Path::new("/usr/bin/janus").exists() {
            return Ok(None);
        }
        let api = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = tempfile::tempdir()?;
        let transports = std::fs::read_dir("/usr/lib")?
            .filter_map(Result::ok)
            .map(|entry| entry.path().join("janus/transports"))
            .find(|path| path.exists())
            .context("Janus has no transports")?;
        let plugins = transports.with_file_name("plugins");
        let folder_name = folder.path().display();
        std::fs::write(
            folder.path().join("janus.jcfg"),
            format!(
                "general: {{ configs_folder = \"{folder_name}\" plugins_folder = \"{}\" transports_folder = \"{}\" \
                 debug_level = 2 event_loops = 1 session_timeout = 0 }}\n\
                 nat: {{ ice_lite = false full_trickle = false }}\n\
                 media: {{ ipv6 = false rtp_port_range = \"30000-39999\" }}\n\
                 plugins: {{ disable = \"{}\" }}\n\
                 transports: {{ disable = \"libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so\" }}\n",
                plugins.display(),
                transports.display(),
                [
                    "audiobridge",
                    "duktape",
                    "echotest",
                    "lua",
                    "nosip",
                    "recordplay",
                    "sip",
                    "textroom",
                    "videocall",
                    "videoroom",
                    "voicemail"
                ]
                .map(|name| format!("libjanus_{name}.so"))
                .join(",")
            ),
        )?;
        std::fs::write(
            folder.path().join("janus.transport.http.jcfg"),
            format!(
                "general: {{ json = \"compact\" base_path = \"/janus\" http = true port = {} ip = \"127.0.0.1\" https = false }}\n",
                api.port()
            ),
        )?;
        std::fs::write(folder.path().join("janus.plugin.streaming.jcfg"), "general: { }\n")?;
        let configuration = folder.path().join("janus.jcfg");
        let process = Pinned::start(
            core,
            "/usr/bin/janus",
            &[
                "-F",
                &folder_name.to_string(),
                "-C",
                configuration.to_str().context("path")?,
                "-L",
                &format!("{folder_name}/log"),
                "-N",
            ],
        )?;
        let id = process.id();
        let janus = Self { _process: process, _folder: folder, api, id };
        let end = crate::now() + Duration::from_secs(15);
        while janus.request("GET", "/janus/info", None).is_err() {
            if crate::now() > end {
                let log = std::fs::read_to_string(janus._folder.path().join("log")).unwrap_or_default();
                bail!("Janus does not answer: {log}");
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(Some(janus))
    }

    pub const fn process(&self) -> u32 {
        self.id
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut stream = TcpStream::connect(self.api)?;
        // HTTP/1.0, because Janus answers 1.1 in chunks.
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: janus\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let (head, body) = text.split_once("\r\n\r\n").context("no HTTP answer")?;
        anyhow::ensure!(!head.to_ascii_lowercase().contains("chunked"), "a chunked answer was not expected");
        Ok(serde_json::from_str(body)?)
    }

    fn post(&self, path: &str, mut body: Value) -> anyhow::Result<Value> {
        body["transaction"] = json!("load");
        let answer = self.request("POST", path, Some(&body))?;
        anyhow::ensure!(answer["janus"] != "error", "Janus refused {body}: {answer}");
        Ok(answer)
    }

    fn session(&self) -> anyhow::Result<(u64, u64)> {
        let session =
            self.post("/janus", json!({ "janus": "create" }))?["data"]["id"].as_u64().context("no session")?;
        let attach = json!({ "janus": "attach", "plugin": "janus.plugin.streaming" });
        let handle = self.post(&format!("/janus/{session}"), attach)?["data"]["id"].as_u64().context("no handle")?;
        Ok((session, handle))
    }

    /// A mountpoint for each number; returns where its video and sound are sent.
    pub fn mountpoints(&self, count: usize) -> anyhow::Result<Vec<(SocketAddr, SocketAddr)>> {
        let (session, handle) = self.session()?;
        let mut ways = Vec::with_capacity(count);
        for index in 0..count {
            let (video, audio) = (20_000 + 2 * index as u16, 20_001 + 2 * index as u16);
            let body = json!({ "janus": "message", "body": {
                "request": "create", "type": "rtp", "id": index + 1, "name": format!("box {index}"),
                "media": [
                    { "type": "audio", "mid": "a", "port": audio, "pt": 111, "codec": "opus" },
                    { "type": "video", "mid": "v", "port": video, "pt": 102, "codec": "h264", "fmtp": "profile-level-id=42e01f;packetization-mode=1" },
                ],
            }});
            let answer = self.post(&format!("/janus/{session}/{handle}"), body)?;
            anyhow::ensure!(answer["plugindata"]["data"]["streaming"] == "created", "no mountpoint: {answer}");
            let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
            ways.push((local(video), local(audio)));
        }
        Ok(ways)
    }

    /// Starts watching a mountpoint: Janus makes the offer.
    pub fn watch(&self, index: usize) -> anyhow::Result<Watch> {
        let (session, handle) = self.session()?;
        let body = json!({ "janus": "message", "body": { "request": "watch", "id": index + 1 } });
        self.post(&format!("/janus/{session}/{handle}"), body)?;
        for _ in 0..5 {
            let event = self.request("GET", &format!("/janus/{session}?maxev=1"), None)?;
            if let Some(offer) = event["jsep"]["sdp"].as_str() {
                return Ok(Watch { session, handle, offer: offer.to_owned() });
            }
            anyhow::ensure!(event["plugindata"]["data"]["error"].is_null(), "Janus: {event}");
        }
        bail!("Janus made no offer")
    }

    pub fn start_watch(&self, watch: &Watch, answer: &str) -> anyhow::Result<()> {
        let body =
            json!({ "janus": "message", "body": { "request": "start" }, "jsep": { "type": "answer", "sdp": answer } });
        self.post(&format!("/janus/{}/{}", watch.session, watch.handle), body)?;
        Ok(())
    }
}
