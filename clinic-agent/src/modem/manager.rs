//! ModemManager over D-Bus. Thin: it reads the properties of all modems, and asks for finer values where that is allowed.

use super::signal::Properties;
use std::collections::{HashMap, HashSet};
use zbus::fdo::ObjectManagerProxy;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

const SERVICE: &str = "org.freedesktop.ModemManager1";
const ROOT: &str = "/org/freedesktop/ModemManager1";
const MODEM: &str = "org.freedesktop.ModemManager1.Modem";
const SIGNAL: &str = "org.freedesktop.ModemManager1.Modem.Signal";
/// `MMModemPortType` of a network interface.
const NETWORK: u32 = 2;

/// The service on one bus.
pub struct Manager {
    connection: zbus::Connection,
    every_seconds: u32,
    /// Modems that were asked for finer values.
    asked: HashSet<OwnedObjectPath>,
}

impl Manager {
    /// Connects to the bus with this address, or to the system's. Finer values are asked for as often as this.
    pub async fn connect(bus: Option<&str>, every_seconds: u32) -> zbus::Result<Self> {
        let connection = match bus {
            Some(address) => zbus::connection::Builder::address(address)?.build().await?,
            None => zbus::Connection::system().await?,
        };
        Ok(Self { connection, every_seconds, asked: HashSet::new() })
    }

    /// All modems as they are now.
    pub async fn modems(&mut self) -> zbus::Result<Vec<Properties>> {
        let manager = ObjectManagerProxy::builder(&self.connection).destination(SERVICE)?.path(ROOT)?.build().await?;
        let objects = manager.get_managed_objects().await?;
        let mut modems = Vec::new();
        for (path, interfaces) in objects {
            let of = |name: &str| interfaces.iter().find(|(interface, _)| interface.as_str() == name).map(|(_, of)| of);
            let Some(modem) = of(MODEM) else { continue };
            modems.push(properties(modem, of(SIGNAL)));
            if of(SIGNAL).is_some() && self.asked.insert(path.clone()) {
                self.ask(&path).await;
            }
        }
        Ok(modems)
    }

    /// Without being asked a modem tells its quality alone. It takes a right that a box may not have: then there is no dBm.
    async fn ask(&self, path: &OwnedObjectPath) {
        let asked =
            self.connection.call_method(Some(SERVICE), path.as_str(), Some(SIGNAL), "Setup", &self.every_seconds).await;
        if let Err(error) = asked {
            tracing::info!(%error, "the modem tells its signal in per cent only");
        }
    }
}

fn properties(modem: &HashMap<String, OwnedValue>, signal: Option<&HashMap<String, OwnedValue>>) -> Properties {
    let value = |name: &str| modem.get(name).map(|value| &**value);
    let quality_percent = match value("SignalQuality") {
        Some(Value::Structure(pair)) => match pair.fields() {
            [Value::U32(percent), ..] => Some(*percent),
            _ => None,
        },
        _ => None,
    };
    let strength = |technology: &str, names: &[&str]| {
        let Some(Value::Dict(values)) = signal?.get(technology).map(|value| &**value) else { return None };
        let named = |name: &str| {
            values.iter().find_map(|(key, value)| match (key, value) {
                (Value::Str(key), Value::F64(value)) if key.as_str() == name => Some(*value),
                (Value::Str(key), Value::Value(value)) if key.as_str() == name => match &**value {
                    Value::F64(value) => Some(*value),
                    _ => None,
                },
                _ => None,
            })
        };
        names.iter().find_map(|name| named(name))
    };
    Properties {
        state: match value("State") {
            Some(Value::I32(state)) => *state,
            _ => 0,
        },
        access_technologies: match value("AccessTechnologies") {
            Some(Value::U32(bits)) => *bits,
            _ => 0,
        },
        quality_percent,
        interfaces: value("Ports").map(network_ports).unwrap_or_default(),
        nr5g_rsrp_dbm: strength("Nr5g", &["rsrp"]),
        lte_rsrp_dbm: strength("Lte", &["rsrp"]),
        umts_dbm: strength("Umts", &["rscp", "rssi"]),
        gsm_rssi_dbm: strength("Gsm", &["rssi"]),
    }
}

fn network_ports(ports: &Value<'_>) -> Vec<String> {
    let Value::Array(ports) = ports else { return Vec::new() };
    let network = |port: &Value<'_>| match port {
        Value::Structure(port) => match port.fields() {
            [Value::Str(name), Value::U32(NETWORK)] => Some(name.as_str().to_owned()),
            _ => None,
        },
        _ => None,
    };
    ports.iter().filter_map(network).collect()
}
