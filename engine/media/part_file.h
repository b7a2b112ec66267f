#pragma once
// The target is a complete file (or folder) or does not exist: everything is written to "NAME.part" and renamed at the
// end.

#include "engine/api/result.h"

#include <string>

namespace timeripple::engine::media {

// The sentence for a failed write: knows a full disk and a missing permission. `code` is an errno.
Error write_error(const std::string& target, int code);

// A file that appears at once. Removes its part unless commit() succeeded.
class PartFile {
  public:
    explicit PartFile(std::string target) : target_(std::move(target)), part_(target_ + ".part") {}
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    const std::string& part() const { return part_; }
    // A part can be made here: the folder exists and may be written, the target is no folder. Touches nothing.
    Status check() const;
    // The same; from here on the part is ours and goes away with this object.
    Status prepare();
    // Syncs the part to the disk, renames it to the target, syncs the folder.
    Status commit();

  private:
    std::string target_;
    std::string part_;
    bool owned_ = false;
};

// The same for a folder of frames. A target that exists is replaced only if it is empty or holds nothing but frames.
class PartFolder {
  public:
    explicit PartFolder(std::string target);
    ~PartFolder();
    PartFolder(const PartFolder&) = delete;
    PartFolder& operator=(const PartFolder&) = delete;

    const std::string& part() const { return part_; }
    Status check() const;
    Status prepare();  // makes the part's folder
    Status commit();

  private:
    std::string target_;
    std::string part_;
    bool owned_ = false;
};

// Writes, syncs and closes one file; every return code is looked at. `target` is for the sentence.
Status write_whole_file(const std::string& path, const void* data, std::size_t size, const std::string& target);

// frame_00000.png and so on; and the test for it.
std::string frame_file_name(int index);
bool is_frame_file_name(const std::string& name);

}  // namespace timeripple::engine::media
