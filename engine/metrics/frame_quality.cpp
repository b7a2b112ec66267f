#include "engine/metrics/frame_quality.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

constexpr double kRange = 255.0;
constexpr double kSigma = 1.5;
constexpr int kWindow = 11;
constexpr double kC1 = (0.01 * kRange) * (0.01 * kRange);
constexpr double kC2 = (0.03 * kRange) * (0.03 * kRange);

cv::Mat as_matrix(const FrameSequence& sequence, int frame) {
    // OpenCV does not write through this header.
    return cv::Mat(sequence.height, sequence.width, CV_8UC3, const_cast<std::uint8_t*>(sequence.frame(frame)));
}

double psnr_of(double mean_squared_error) {
    return mean_squared_error <= 0.0
               ? ClipQuality::kIdenticalDb
               : std::min(ClipQuality::kIdenticalDb, 10.0 * std::log10(kRange * kRange / mean_squared_error));
}

cv::Mat blurred(const cv::Mat& image) {
    cv::Mat out;
    cv::GaussianBlur(image, out, cv::Size(kWindow, kWindow), kSigma, kSigma, cv::BORDER_REFLECT);
    return out;
}

double ssim_of(const cv::Mat& reference, const cv::Mat& candidate) {
    cv::Mat a, b;
    reference.convertTo(a, CV_64FC3);
    candidate.convertTo(b, CV_64FC3);
    const cv::Mat mean_a = blurred(a), mean_b = blurred(b);
    const cv::Mat mean_aa = mean_a.mul(mean_a), mean_bb = mean_b.mul(mean_b), mean_ab = mean_a.mul(mean_b);
    const cv::Mat var_a = blurred(a.mul(a)) - mean_aa, var_b = blurred(b.mul(b)) - mean_bb;
    const cv::Mat cov = blurred(a.mul(b)) - mean_ab;
    const cv::Scalar c1 = cv::Scalar::all(kC1), c2 = cv::Scalar::all(kC2);
    const cv::Mat above = cv::Mat(2.0 * mean_ab + c1).mul(cv::Mat(2.0 * cov + c2));
    const cv::Mat below = cv::Mat(mean_aa + mean_bb + c1).mul(cv::Mat(var_a + var_b + c2));
    cv::Mat map;
    cv::divide(above, below, map);
    const int border = kWindow / 2;
    if (map.rows > 2 * border && map.cols > 2 * border) {
        map = map(cv::Rect(border, border, map.cols - 2 * border, map.rows - 2 * border));
    }
    const cv::Scalar mean = cv::mean(map);
    return (mean[0] + mean[1] + mean[2]) / 3.0;
}

}  // namespace

Result<ClipQuality> frame_quality(const FrameSequence& reference, const FrameSequence& candidate) {
    const auto size = [](const FrameSequence& s) {
        return std::to_string(s.frames) + " frames of " + std::to_string(s.width) + " x " + std::to_string(s.height);
    };
    if (reference.frames != candidate.frames || reference.width != candidate.width ||
        reference.height != candidate.height || reference.frames < 1) {
        return Error{ErrorCode::BadRequest,
                     "Only clips of the same size and length can be compared: these have " + size(reference) + " and " +
                         size(candidate) + ".",
                     {}};
    }
    ClipQuality quality;
    double error_sum = 0.0, ssim_sum = 0.0;
    for (int frame = 0; frame < reference.frames; ++frame) {
        const cv::Mat a = as_matrix(reference, frame), b = as_matrix(candidate, frame);
        const double distance = cv::norm(a, b, cv::NORM_L2SQR) / (3.0 * double(a.total()));
        error_sum += distance;
        quality.psnr_db.push_back(psnr_of(distance));
        quality.ssim.push_back(ssim_of(a, b));
        ssim_sum += quality.ssim.back();
    }
    quality.mean_psnr_db = psnr_of(error_sum / reference.frames);
    quality.worst_frame =
        int(std::min_element(quality.psnr_db.begin(), quality.psnr_db.end()) - quality.psnr_db.begin());
    quality.worst_psnr_db = quality.psnr_db[std::size_t(quality.worst_frame)];
    quality.mean_ssim = ssim_sum / reference.frames;
    return quality;
}

}  // namespace timeripple::engine
