#pragma once

struct View : Base {
  Task<Stream>
  loadMemory(Source source);
  Task<Stream>
  loadFile(Source source);
};
