/** Words of voice messages. */
export const zhVoice = {
  voice: {
    record: "录语音留言",
    asking: "正在打开麦克风",
    stop: "停止",
    level: "音量",
    elapsed: "{{now}} / {{most}}",
    listen: "试听",
    again: "重录",
    send: "发送",
    titleOf: "语音留言 {{length}}",
    failure: {
      denied: "浏览器不允许使用麦克风。请在浏览器的网站设置中允许，再试一次。",
      no_microphone: "没有可用的麦克风。请检查设备，再试一次。",
      unsupported: "这个浏览器不能录音。请更新浏览器，或改用文字和照片。",
      interrupted: "录音中断，没有保存。请再录一次。",
      empty: "没有录到声音。请再录一次。",
      too_large: "录音太大，发不出去。请录短一些。",
    },
    retry: "再试一次",
    title: "本次会诊的语音留言",
    none: "还没有语音留言",
    play: "播放 {{name}} {{time}} 的留言",
    playing: "{{name}} {{time}} 的留言",
  },
};
