//! Cameras and microphones of this machine, opened so that nothing waits for ever.
//!
//! ffmpeg's own way waits: for a microphone that another program holds, for the first picture, for one that never comes; and nothing ends such a wait. Here a
//! device is opened without waiting, its first packets are not looked at (its driver has said what it gives), and [`super::input`] looks for the next one.
#![allow(
    unsafe_code,
    reason = "ffmpeg-next neither finds a device's format nor opens one without waiting; the C calls do"
)]

use std::{ffi::CString, time::Duration};

use ffmpeg_next::{Dictionary, Error, error::ENOMEM, ffi, format::context::Input};

use super::settings::CameraSize;

/// A device that gives nothing for this long is said to be broken: longer than cameras take to start, and to expose a picture in the dark.
pub(super) const SILENCE: Duration = Duration::from_secs(5);
/// Between two looks at a device that has nothing yet. ffmpeg keeps to itself what the kernel would wake a thread by.
const LOOK: Duration = Duration::from_millis(3);

/// Until it may be worth another look.
pub(super) fn wait() {
    std::thread::park_timeout(LOOK);
}

/// ffmpeg's options, name and value.
type Options = Vec<(&'static str, String)>;

/// What a camera is asked for, the best first; cameras that cannot do any of it are opened with their own choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: u32,
    /// Rather this size.
    pub(super) rather: Option<CameraSize>,
}

impl Shape {
    /// Motion JPEG first: uncompressed, a camera at USB 2 gives few pictures per second of this size, and a still of it is what the camera made itself.
    fn options(self) -> Vec<Options> {
        let Self { width, height, fps, rather } = self;
        let plain = |width, height| vec![("video_size", format!("{width}x{height}")), ("framerate", fps.to_string())];
        let jpeg = |width, height| [plain(width, height), vec![("input_format", "mjpeg".to_owned())]].concat();
        let rather = rather.map(|CameraSize { width, height }| jpeg(width, height));
        rather.into_iter().chain([jpeg(width, height), plain(width, height)]).collect()
    }
}

/// The options of each way in which a device may be opened, the best first; without a shape it is a microphone.
fn attempts(shape: Option<Shape>) -> Vec<Options> {
    let Some(shape) = shape else {
        // ffmpeg asks for two channels, which ALSA's `hw` refuses where the microphone has one, as those of cameras have.
        return vec![Options::new(), vec![("channels", "1".to_owned())]];
    };
    shape.options().into_iter().chain([Options::new()]).collect()
}

/// Opens a camera (`v4l2`) or a microphone (`alsa`).
pub(super) fn open(format: &'static str, name: &str, shape: Option<Shape>) -> Result<Input, Error> {
    let mut refused = Error::DemuxerNotFound;
    for options in attempts(shape) {
        match open_with(format, name, options) {
            Ok(context) => return Ok(context),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn open_with(format: &str, name: &str, options: Options) -> Result<Input, Error> {
    let c_string = |text: &str| CString::new(text).map_err(|_| Error::InvalidData);
    let (format, name) = (c_string(format)?, c_string(name)?);
    // SAFETY: a C string that lives through the call; what is found is a static description that is only read.
    let format = unsafe { ffi::av_find_input_format(format.as_ptr()) };
    if format.is_null() {
        return Err(Error::DemuxerNotFound);
    }
    // SAFETY: takes nothing; null is looked at next.
    let mut context = unsafe { ffi::avformat_alloc_context() };
    if context.is_null() {
        return Err(Error::Other { errno: ENOMEM });
    }
    // SAFETY: not null, and nobody else's.
    unsafe { (*context).flags |= ffi::AVFMT_FLAG_NONBLOCK };
    // SAFETY: an empty dictionary is a null pointer; with what is put into it, it is owned by `options` until the call takes what it knows.
    let mut options =
        unsafe { options.iter().map(|(key, value)| (*key, value.as_str())).collect::<Dictionary<'_>>().disown() };
    // SAFETY: context, name, format and options are those from above. Where it fails it frees the context.
    let opened = unsafe { ffi::avformat_open_input(&raw mut context, name.as_ptr(), format, &raw mut options) };
    // SAFETY: what the call left over of the options is ours again, to be freed.
    drop(unsafe { Dictionary::own(options) });
    if opened < 0 {
        return Err(Error::from(opened));
    }
    // SAFETY: opened, and owned from here on.
    Ok(unsafe { Input::wrap(context) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_asked_for_its_own_jpeg_first_and_for_the_call_s_size_in_the_end() {
        let shape = Shape { width: 1280, height: 720, fps: 30, rather: "1920x1080".parse().ok() };
        let asked =
            attempts(Some(shape)).into_iter().map(|options| options.into_iter().map(|(_, value)| value).collect());
        let asked: Vec<Vec<String>> = asked.collect();
        let jpeg = |size: &str| vec![size.to_owned(), "30".into(), "mjpeg".into()];
        assert_eq!(asked, [jpeg("1920x1080"), jpeg("1280x720"), vec!["1280x720".into(), "30".into()], vec![]]);
    }
}
