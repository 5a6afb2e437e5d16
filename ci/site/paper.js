// Makes a book of the single page: a title page, contents, heads that say where one is, bookmarks once.
() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, name, text = "") => Object.assign(document.createElement(tag), { className: name, textContent: text });
  for (const link of all(".headerlink, .copybtn, .skip-link, #pst-back-to-top, dialog")) link.remove();
  for (const part of all("details")) part.open = true;
  for (const part of all("nav, .bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .prev-next-footer")) part.remove();

  const plain = (heading) => {
    const copy = heading.cloneNode(true);
    for (const heard of all(".katex-mathml", copy)) heard.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const chapters = all(".toctree-wrapper > section").map((part, i) => {
    const heading = part.querySelector("h1, h2, h3");
    return { part, title: plain(heading), page: `chapter${i}`, numbered: Boolean(heading.querySelector(".section-number")) };
  });
  const article = document.querySelector(".bd-article") || document.body;
  const title = article.querySelector("h1");
  const foot = document.querySelector(".extra_footer");

  const front = make("section", "lowdim-title-page");
  front.append(make("p", "lowdim-title", plain(title || make("h1", "", document.title))));
  if (foot) front.append(...[...foot.children].slice(1).map((line) => make("p", "", line.textContent)));
  const list = make("ol", "lowdim-contents");
  for (const chapter of chapters) {
    const line = list.appendChild(make("li"));
    const link = line.appendChild(make("a", "", chapter.title));
    link.href = `#${chapter.part.id}`;
    line.appendChild(make("span", "lowdim-page", ""));
  }
  if (chapters.length) {
    const contents = make("section", "lowdim-contents-page");
    contents.append(make("p", "lowdim-contents-title", "Contents"), list);
    article.prepend(front, contents);
  }

  const quoted = (text) => JSON.stringify(text).replace(/\\u/g, "\\");
  const style = make("style", "");
  style.textContent = chapters.map(({ title: text, page }) => `@page ${page} { @top-center { content: ${quoted(text)}; } }`).join("\n");
  document.head.append(style);
  for (const { part, page, numbered } of chapters) {
    part.style.page = page;
    if (!numbered) part.classList.add("lowdim-appendix");
  }

  // The numbers of the pages, from the bookmarks of a first print; false where there is nothing to number.
  window.number = (bookmarks) => {
    const left = [...bookmarks];
    let count = 0;
    all("li", list).forEach((line, i) => {
      const place = left.findIndex(([text]) => text.replace(/\s+/g, " ").trim() === chapters[i].title);
      if (place < 0) return;
      line.querySelector(".lowdim-page").textContent = left[place][1];
      left.splice(0, place + 1);
      count += 1;
    });
    return count > 0;
  };
}
