/** Where somebody is signed in, and by what. */
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export const ownSessions = () => [
  {
    id: "019b76da-a800-7000-8000-00000000a001",
    current: true,
    method: "passkey",
    device: "Chrome · Windows",
    address: "10.20.0.14",
    opened_at: ago(95),
    last_used_at: ago(1),
    expires_at: ago(-625),
    idle_at: ago(-59),
  },
  {
    id: "019b76da-a800-7000-8000-00000000a002",
    current: false,
    method: "password_and_code",
    device: "Safari · iPadOS",
    address: "2001:db8:1:2::7",
    opened_at: ago(340),
    last_used_at: ago(32),
    expires_at: ago(-380),
    idle_at: ago(-28),
  },
];

export const passkeys = () => [
  { id: "019b76da-a800-7000-8000-00000000b001", name: "门诊三楼电脑", made_at: ago(60_000), last_used_at: ago(95) },
  {
    id: "019b76da-a800-7000-8000-00000000b002",
    name: "我的手机",
    made_at: ago(90_000),
    last_used_at: ago(9_000),
    count_fell_at: ago(8_000),
  },
];

export const identityProviders = [
  {
    id: "hospital",
    name_zh: "省人民医院统一身份认证",
    name_en: "Provincial Hospital sign-in",
    available: true,
  },
  {
    id: "university",
    name_zh: "大学附属医院统一身份认证",
    name_en: "University Hospital sign-in",
    available: false,
  },
];

export const identities = [
  {
    provider: "hospital",
    issuer: "https://id.hospital.example.org",
    subject: "u-10086",
    bound_at: "2026-11-02T01:00:00.000Z",
    last_used_at: "2026-11-23T01:00:00.000Z",
    only: true,
  },
];

export const unknownToProvider = {
  status: 401,
  body: {
    code: "openid_unknown",
    title: "没有绑定的账号",
    detail: "您在医院身份平台的标识“u-10086”没有绑定云诊账号。",
    action: "请把此标识告诉管理员，由管理员在“员工”页绑定。",
  },
};
