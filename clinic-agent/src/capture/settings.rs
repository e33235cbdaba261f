//! Which devices the box has, as written in its configuration.

use std::{fmt::Display, path::PathBuf, str::FromStr};

use serde::{Deserialize, Deserializer};

/// The `[capture]` table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptureSettings {
    /// Camera of the whole room: `synthetic`, `/dev/video0`, `rtsp://…` or a file.
    #[serde(deserialize_with = "optional")]
    pub room: Option<VideoSource>,
    /// Camera near the resident, likewise.
    #[serde(deserialize_with = "optional")]
    pub close_up: Option<VideoSource>,
    /// `synthetic`, an ALSA device such as `default` or `hw:1,0`, `rtsp://…` or a file.
    #[serde(deserialize_with = "optional")]
    pub microphone: Option<SoundSource>,
    /// The size in which cameras of this machine are opened, where they give Motion JPEG in it: a still has all of it, the call a smaller picture made of it.
    /// Without it: the size of the call.
    #[serde(deserialize_with = "optional")]
    pub camera_size: Option<CameraSize>,
    /// Whether a file begins again at its end.
    pub repeat: bool,
}

impl Default for CaptureSettings {
    fn default() -> Self {
        Self { room: None, close_up: None, microphone: None, camera_size: None, repeat: true }
    }
}

impl CaptureSettings {
    /// Two synthetic cameras and a synthetic microphone.
    pub const fn synthetic() -> Self {
        Self {
            room: Some(VideoSource::Synthetic),
            close_up: Some(VideoSource::Synthetic),
            microphone: Some(SoundSource::Synthetic),
            camera_size: None,
            repeat: true,
        }
    }
}

/// Where pictures come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VideoSource {
    /// A moving picture with clock and frame number.
    Synthetic,
    /// A camera of this machine.
    V4l2(String),
    /// A camera in the network.
    Rtsp(String),
    /// A recording.
    File(PathBuf),
}

/// Where sound comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundSource {
    /// Something like speech.
    Synthetic,
    /// A microphone of this machine.
    Alsa(String),
    /// A camera in the network with a microphone.
    Rtsp(String),
    /// A recording.
    File(PathBuf),
}

/// Why a name is no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a camera or microphone under [capture] has an empty name: leave the key out when there is none")]
pub struct EmptyName;

/// Pixels of a camera's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraSize {
    /// To a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
}

/// Why a text is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("capture.camera_size is written as \"1920x1080\", each side 160 to 8192: see v4l2-ctl --list-formats-ext")]
pub struct NotASize;

impl FromStr for CameraSize {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (width, height) = text.split_once('x').ok_or(NotASize)?;
        let side = |text: &str| text.parse().ok().filter(|side| (160..=8192).contains(side)).ok_or(NotASize);
        Ok(Self { width: side(width)?, height: side(height)? })
    }
}

fn is_rtsp(name: &str) -> bool {
    name.starts_with("rtsp://") || name.starts_with("rtsps://")
}

impl FromStr for VideoSource {
    type Err = EmptyName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "" => Err(EmptyName),
            "synthetic" => Ok(Self::Synthetic),
            device if device.starts_with("/dev/") => Ok(Self::V4l2(device.to_owned())),
            url if is_rtsp(url) => Ok(Self::Rtsp(url.to_owned())),
            path => Ok(Self::File(path.into())),
        }
    }
}

impl FromStr for SoundSource {
    type Err = EmptyName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        // ALSA names hold no dot and no slash; files do.
        match name {
            "" => Err(EmptyName),
            "synthetic" => Ok(Self::Synthetic),
            url if is_rtsp(url) => Ok(Self::Rtsp(url.to_owned())),
            path if path.contains(['/', '.']) => Ok(Self::File(path.into())),
            device => Ok(Self::Alsa(device.to_owned())),
        }
    }
}

fn optional<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    name.map(|name| name.parse().map_err(serde::de::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_source_is() {
        let settings: CaptureSettings = serde_json::from_value(serde_json::json!({
            "room": "/dev/video0", "close_up": "rtsp://camera/1", "microphone": "hw:1,0", "repeat": false,
        }))
        .expect("settings");
        assert_eq!(settings.room, Some(VideoSource::V4l2("/dev/video0".into())));
        assert_eq!(settings.close_up, Some(VideoSource::Rtsp("rtsp://camera/1".into())));
        assert_eq!(settings.microphone, Some(SoundSource::Alsa("hw:1,0".into())));
        assert!(!settings.repeat);
        assert_eq!("visit.mp4".parse(), Ok(VideoSource::File("visit.mp4".into())));
        assert_eq!("visit.mp4".parse(), Ok(SoundSource::File("visit.mp4".into())));
        assert_eq!("synthetic".parse(), Ok(SoundSource::Synthetic));
        assert_eq!("".parse::<VideoSource>(), Err(EmptyName));
        let unknown = serde_json::from_value::<CaptureSettings>(serde_json::json!({"camera": "synthetic"}));
        assert!(unknown.is_err_and(|error| error.to_string().contains("unknown field `camera`")));
        assert_eq!("1920x1080".parse(), Ok(CameraSize { width: 1920, height: 1080 }));
        for wrong in ["", "1920", "1920×1080", "1920x10", "99999x720", "1920x-720"] {
            assert_eq!(wrong.parse::<CameraSize>(), Err(NotASize), "{wrong}");
        }
    }
}
