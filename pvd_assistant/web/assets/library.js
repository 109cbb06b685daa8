// Follows the run of the index without loading the page again; without it, the page loads itself again.
"use strict";

(() => {
  const box = document.querySelector("[data-progress]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const percent = box.querySelector("[data-percent]");
  const label = box.querySelector("[data-label]");

  async function look() {
    if (document.hidden) return;
    let job;
    try {
      const answer = await fetch(box.dataset.progress, { redirect: "error" });
      job = await answer.json();
    } catch {
      return;
    }
    if (job.state === "queued" || job.state === "running") {
      bar.value = job.percent;
      percent.textContent = `${job.percent} %`;
      if (job.label) label.textContent = job.label;
      return;
    }
    clearInterval(timer);
    // A page where something is being typed is left as it is.
    if (!document.querySelector("form.form")) location.reload();
  }

  const timer = setInterval(look, 2000);
})();
