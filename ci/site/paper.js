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
  foot?.closest("footer")?.remove();
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
    const mark = part.previousElementSibling; // the target of links to the document would have a page of its own
    if (mark?.matches("span[id]:empty")) part.prepend(mark);
    part.style.page = page; // another page style begins a page, and a second break would leave one blank
    part.style.breakBefore = "auto";
    if (!numbered) part.classList.add("lowdim-appendix");
  }

  // Chapters share names of places, such as "exercises" or those of citations: which of them a link means.
  const named = Map.groupBy(all("[id]"), (e) => e.id);
  const meant = (link, id) => {
    const places = named.get(id) || [];
    const own = link.closest(".toctree-wrapper > section");
    const rank = (place) =>
      8 * Boolean(link.closest(".bibtex-citation") && place.matches(".citation")) + // to the bibliography
      4 * !place.matches(".bibtex-citation") +
      2 * Boolean(own?.contains(place)) +
      (!own && place.matches(".toctree-wrapper > section")); // the contents lead to chapters
    const best = places.toSorted((a, b) => rank(b) - rank(a))[0];
    if (best && best !== places[0]) best.id = `${id}--${places.indexOf(best)}`;
    return best;
  };

  // A link into the site leads to its place in the book, or nowhere: there is no server behind paper.
  for (const link of all("a[href]")) {
    if (new URL(link.href).origin !== location.origin) continue;
    const place = link.hash && meant(link, decodeURIComponent(link.hash.slice(1)));
    if (place) link.setAttribute("href", `#${encodeURIComponent(place.id)}`);
    else link.removeAttribute("href");
  }

  // What each heading reads, once; Chromium's bookmarks read some twice.
  const headings = all("h1, h2, h3, h4, h5, h6").filter((e) => e.checkVisibility());
  window.headings = headings.map(plain);

  // The numbers of the pages, from the bookmarks of a first print; false where there is nothing to number.
  window.number = (numbers) => {
    if (!chapters.length || numbers.length !== headings.length) return false;
    all("li", list).forEach((line, i) => {
      const place = headings.indexOf(chapters[i].part.querySelector("h1, h2, h3"));
      if (place >= 0) line.querySelector(".lowdim-page").textContent = numbers[place];
    });
    return true;
  };
}
