import { expect, test, type Page } from "@playwright/test";
import { Nurse, open, Specialist } from "../support/people";
import { expectSound } from "../support/picture";
import { runningStack } from "../support/stack";

/**
 * The box's camera is a recording, left half red and right half blue, with a tone (`scripts/test.sh` makes it and starts the
 * stack with it, as `make demo CAMERA=file.mp4` does): its colours and its tone are what the specialist sees and hears.
 */
test("a recording in the place of the camera is seen and heard by the specialist", async ({ browser }) => {
  const stack = runningStack();
  const tablet = await open(browser, { width: 1280, height: 800 });
  const desk = await open(browser, { width: 1440, height: 900 });
  const nurse = new Nurse(tablet.page, stack);
  const specialist = new Specialist(desk.page, stack);
  await Promise.all([nurse.signIn(), specialist.signIn()]);
  const resident = await nurse.residentSeenFor("I10", []);
  await nurse.startConsultation(resident, "复诊");
  await specialist.seeNow(resident.name);
  await expect.poll(() => halves(desk.page), { timeout: 30_000 }).toEqual(["red", "blue"]);
  await expectSound(desk.page);
  await Promise.all([tablet.context.close(), desk.context.close()]);
});

/** The strongest colour of the left and of the right half of the picture. */
function halves(page: Page): Promise<string[]> {
  return page.getByTestId("main-video").evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const draw = canvas.getContext("2d");
    if (!draw || video.videoWidth === 0) return [];
    draw.drawImage(video, 0, 0, 8, 8);
    return [2, 5].map((x) => {
      const [red = 0, green = 0, blue = 0] = draw.getImageData(x, 4, 1, 1).data;
      if (red > 150 && green < 90 && blue < 90) return "red";
      if (blue > 150 && green < 90 && red < 90) return "blue";
      return `rgb(${red}, ${green}, ${blue})`;
    });
  });
}
