/** Words of recordings. */
export const zhRecordings = {
  recordings: {
    title: "本次会诊的录像",
    start: "录像",
    startHint: "录下养老院一侧的画面和声音，须有住民的录像同意",
    stop: "停止录像",
    stopHint: "停止后，余下的内容随网络补传",
    asked: "正在开始录像（养老院一侧）",
    running: "正在录像（养老院一侧）",
    waiting: "{{time}} 的录像：等待养老院终端补传",
    coming: "{{time}} 的录像：补传中 {{percent}}%",
    assembling: "{{time}} 的录像：已全部收到，正在合成",
    kept: "{{time}} 的录像，时长 {{length}}，由{{name}}录制",
    play: "播放",
    playOf: "播放 {{time}} 的录像",
    digest: "SHA-256",
    halted: "医院暂时存不下录像（磁盘可能已满），恢复后自动继续。请通知管理员。",
    stopped: {
      call_over: "会诊已结束。",
      consent_revoked: "住民撤回了录像同意，录像已停止。",
    },
    trouble: {
      box_disk: "养老院终端的磁盘存不下录像（已满或故障），这一段没有录下；通话不受影响。请通知管理员。",
      box_full: "养老院终端等待补传的录像已满，这一段没有录下；通话不受影响。",
      encoder: "养老院终端来不及录像，有画面没有录下；通话不受影响。",
      tablet: "正在使用平板自带的摄像头，平板的画面不录。",
    },
    failed: "{{time}} 的录像没有保存：{{why}}",
    failure: {
      nothing: "没有录到内容。",
      lost: "七天内没有收到，不会再到。",
      damaged: "收到的内容无法合成。请通知管理员。",
    },
    gapFor: "{{at}} 起缺 {{length}}：{{why}}",
    gapAt: "{{at}} 处有缺失：{{why}}",
    gap: {
      restarted: "终端已离开通话、断网过久，或断电重启",
      disk: "终端磁盘已满",
      quiet: "摄像头和麦克风都已关闭，或使用平板",
      lost: "没有收到余下的内容",
    },
  },
};
