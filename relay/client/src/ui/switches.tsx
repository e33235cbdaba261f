import {
  ActionIcon,
  SegmentedControl,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t("language.label")}
      value={i18n.language === "en" ? "en" : "zh"}
      onChange={(language) => void i18n.changeLanguage(language)}
      data={[
        { value: "zh", label: <span lang="zh-CN">中</span> },
        { value: "en", label: <span lang="en">EN</span> },
      ]}
      size="sm"
    />
  );
}

export function ColorSchemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const label = t(scheme === "dark" ? "scheme.toLight" : "scheme.toDark");
  return (
    <ActionIcon
      onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      title={label}
      color="gray"
      c="inherit"
    >
      {scheme === "dark" ? <IconSun aria-hidden /> : <IconMoon aria-hidden />}
      <VisuallyHidden>{label}</VisuallyHidden>
    </ActionIcon>
  );
}
