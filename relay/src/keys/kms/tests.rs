//! Both ways to a key management service, each against one that the test starts: a script, and a server that speaks like Vault's transit engine. What they do to a key is no
//! cipher; that it names the key and can be turned back is all that is needed here.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::super::{KeyFile, KeyPlace, KeySource as _, Keys};
use super::*;

const TOKEN: &str = "token-of-the-relay";

const SCRIPT: &str = r#"
read -r line
turned() { tr 'A-Za-z' 'N-ZA-Mn-za-m'; }
case "$1" in
  wrap) printf '%s:%s\n' "$2" "$(printf '%s' "$line" | turned)" ;;
  unwrap)
    case "$line" in
      "$2":*) printf '%s' "${line#*:}" | turned ;;
      *) exit 3 ;;
    esac ;;
esac
"#;

fn script(folder: &Path, text: &str) -> Vec<String> {
    let path = folder.join("kms.sh");
    fs::write(&path, text).unwrap();
    vec!["sh".to_owned(), path.to_str().unwrap().to_owned()]
}

fn own_file(path: &Path, text: &str) {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A transit engine: what it wraps is `vault:v1:<key>:<the plain text>`.
fn transit() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap());
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length, mut token) = (String::new(), 0, String::new());
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "x-vault-token" => token = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let path: Vec<&str> = first.split(' ').nth(1).unwrap().split('/').collect();
    let said = match path.as_slice() {
        ["", "v1", "transit", ..] if token != TOKEN => Err(403),
        ["", "v1", "transit", "encrypt", key] => {
            let text = body["plaintext"].as_str().unwrap();
            Ok(json!({ "data": { "ciphertext": format!("vault:v1:{key}:{text}") } }))
        }
        ["", "v1", "transit", "decrypt", key] => {
            let text = body["ciphertext"].as_str().unwrap().strip_prefix(&format!("vault:v1:{key}:"));
            text.map(|text| json!({ "data": { "plaintext": text } })).ok_or(400)
        }
        _ => Err(404),
    };
    let (status, body) = match said {
        Ok(body) => (200, body.to_string()),
        Err(status) => (status, "{}".to_owned()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
}

/// The settings of both services, with this key of theirs.
fn both(folder: &Path, key: &str) -> [KmsConfig; 2] {
    let token = folder.join("kms.token");
    own_file(&token, &format!("{TOKEN}\n"));
    let of = || KmsConfig { key: key.to_owned(), ..KmsConfig::default() };
    [
        KmsConfig { command: script(folder, SCRIPT), ..of() },
        KmsConfig { address: Some(format!("http://{}/v1/transit/", transit())), token: Some(token), ..of() },
    ]
}

#[test]
fn a_key_lies_wrapped_in_its_file_and_only_the_service_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["kek-2026", "kek-2027"].map(|key| both(folder.path(), key));
    for (n, (first, second)) in first.into_iter().zip(second).enumerate() {
        let path = folder.path().join(format!("secrets-{n}.key"));
        let (keys, later) = (Keys::new(&first).unwrap(), Keys::new(&second).unwrap());
        let key = keys.file(&path).key(false).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("wrapped1.kek-2026."), "{text}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(keys.source(&KeyPlace::File(path.clone())).key(true).unwrap(), key);
        let without = Keys::default().file(&path).key(true).unwrap_err();
        assert!(matches!(without, KeyError::NoService(_)) && without.to_string().contains("[kms]"), "{without}");

        // The service's key was changed: what the former one wrapped still opens by its name, and is wrapped anew without another key of ours.
        assert_eq!(later.file(&path).key(true).unwrap(), key);
        assert_eq!(later.file(&path).wrap_again().unwrap(), key);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("wrapped1.kek-2027."), "{text}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(later.file(&path).key(true).unwrap(), key);
        // Named as another key's, it is refused.
        own_file(&path, &text.replace("wrapped1.kek-2027.", "wrapped1.kek-2026."));
        assert!(matches!(later.file(&path).key(true), Err(KeyError::Service { .. })));
        for odd in ["wrapped1.", "wrapped1.kek-2027", "wrapped1.kek/../x.AAAA", "wrapped1.kek-2027.AAAA"] {
            own_file(&path, odd);
            assert!(later.file(&path).key(true).is_err(), "{odd}");
        }
    }
}

#[test]
fn a_key_that_lay_in_clear_is_wrapped_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");
    let key = KeyFile::new(&path, None).key(false).unwrap();
    let clear = fs::read_to_string(&path).unwrap();
    assert!(matches!(KeyFile::new(&path, None).wrap_again(), Err(KeyError::Settings(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), clear);
    let [_, config] = both(folder.path(), "kek");
    let keys = Keys::new(&config).unwrap();
    // As packages put it there: a group reads it that the relay belongs to, whoever wraps it.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&path).unwrap();
    assert_eq!(keys.file(&path).wrap_again().unwrap(), key);
    let after = fs::metadata(&path).unwrap();
    assert_ne!(after.ino(), before.ino(), "another file is in its place");
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    let begins_so = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with("secrets.");
    let left = fs::read_dir(folder.path()).unwrap().map(Result::unwrap).filter(begins_so).count();
    assert_eq!(left, 1, "nothing unfinished stays");
    let wrapped = fs::read_to_string(&path).unwrap();
    assert!(wrapped.starts_with("wrapped1.kek.vault:v1:kek:"), "{wrapped}");
    assert_eq!(keys.file(&path).key(true).unwrap(), key);
}

#[test]
fn a_service_that_does_not_answer_or_answers_otherwise_is_said_in_words_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.key");
    let said = |config: &KmsConfig| {
        let said = Keys::new(config).unwrap().file(&path).key(false).unwrap_err().to_string();
        assert!(said.contains("secrets.key") && !path.exists(), "{said}");
        said
    };
    let commands = [
        ("exit 4", "exit status: 4"),
        ("read -r line; echo", "no key"),
        ("read -r line; echo c2hvcnQ=", "no key"),
        ("read -r line; echo 'two words'", "no key"),
    ];
    for (text, words) in commands {
        let command = script(folder.path(), text);
        let words_said = said(&KmsConfig { key: "kek".into(), command, ..KmsConfig::default() });
        // A program that ends before it has read may be gone before it is told.
        assert!(words_said.contains(words) || words_said.contains("cannot be asked"), "{text}: {words_said}");
    }
    let nobody = KmsConfig { key: "kek".into(), command: vec!["/no/such/program".into()], ..KmsConfig::default() };
    assert!(said(&nobody).contains("cannot be asked"));

    let [_, mut config] = both(folder.path(), "kek");
    let token = config.token.clone().unwrap();
    own_file(&token, "of somebody else");
    assert!(said(&config).contains("status 403"));
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said(&config).contains("chmod 600"));
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.address = Some(format!("http://{free}/v1/transit"));
    assert!(said(&config).contains("cannot be reached"));
    config.address = Some("http://192.0.2.1/v1/transit".into());
    assert!(said(&config).contains("https://"), "a key does not travel in clear");
}

#[test]
fn half_a_service_and_two_are_refused() {
    let command = || vec!["kms".to_owned()];
    let (key, address, token) = (|| "kek".to_owned(), || Some("https://kms/".to_owned()), || Some("t".into()));
    let none = KmsConfig::default;
    for (config, words) in [
        (KmsConfig { key: key(), ..none() }, "neither"),
        (KmsConfig { command: command(), ..none() }, "names the key"),
        (KmsConfig { key: "a.b".into(), command: command(), ..none() }, "names the key"),
        (KmsConfig { key: "a/../b".into(), command: command(), ..none() }, "names the key"),
        (KmsConfig { key: key(), command: command(), address: address(), ..none() }, "name one"),
        (KmsConfig { key: key(), address: address(), ..none() }, "token"),
    ] {
        let said = config.service().err().unwrap().to_string();
        assert!(said.contains("[kms]") && said.contains(words), "{config:?}: {said}");
    }
    assert!(none().service().unwrap().is_none());
    assert!(KmsConfig { key: key(), command: command(), ..none() }.service().unwrap().is_some());
    let config = KmsConfig { key: key(), address: address(), token: token(), ..none() };
    assert_eq!(config.service().unwrap().unwrap().current(), "kek");
}
