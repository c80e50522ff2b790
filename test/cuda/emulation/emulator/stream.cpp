// The API of streams and events.
#include <algorithm>

#include "../cuda_runtime_api.h"
#include "machine.h"

using namespace nn_emulation;

namespace {

// The calling host waits for a stream.
cudaError_t wait_for_stream(Machine& m, cudaStream_t handle) {
  CUstream_st* stream = resolve(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  const cudaError_t error = refuse_captured(*stream);
  if (error != cudaSuccess) return error;
  ++m.counters.synchronisations;
  finish_stream(*stream);
  return cudaSuccess;
}

// Something that polls must see the device go on.
cudaError_t poll(const OpPointer& op) {
  if (!op || op->done) return cudaSuccess;
  if (machine().random.below(2) == 0) finish(op);
  return cudaErrorNotReady;
}

cudaError_t record(cudaEvent_t event, cudaStream_t handle) {
  CUstream_st* stream = resolve(handle);
  if (!stream || !machine().work.events.contains(event)) return cudaErrorInvalidResourceHandle;
  if (stream->capture) {
    event->capture = stream->capture;
    event->frontier = stream->frontier;
    return cudaSuccess;
  }
  auto time = std::make_shared<std::chrono::steady_clock::time_point>();
  const cudaError_t error =
      submit_task(handle, {.run = [time] { *time = std::chrono::steady_clock::now(); }});
  if (error != cudaSuccess) return error;
  event->capture = nullptr;
  event->time = std::move(time);
  event->op = stream->last;
  return cudaSuccess;
}

// A stream that waits for a captured event takes part in the capture.
cudaError_t join_capture(CUstream_st& stream, const CUevent_st& event) {
  if (!machine().work.captures.contains(event.capture)) return cudaErrorInvalidResourceHandle;
  if (stream.capture && stream.capture != event.capture) return cudaErrorStreamCaptureMerge;
  stream.capture = event.capture;
  for (CUgraphNode_st* node : event.frontier)
    if (std::find(stream.frontier.begin(), stream.frontier.end(), node) == stream.frontier.end())
      stream.frontier.push_back(node);
  return cudaSuccess;
}

cudaError_t wait_event(cudaStream_t handle, cudaEvent_t event) {
  CUstream_st* stream = resolve(handle);
  if (!stream || !machine().work.events.contains(event)) return cudaErrorInvalidResourceHandle;
  if (event->capture) return join_capture(*stream, *event);
  if (stream->capture) {
    stream->capture->invalid = true;
    return cudaErrorStreamCaptureIsolation;
  }
  if (event->op && !event->op->done) stream->waits.push_back(event->op);
  return cudaSuccess;
}

cudaError_t elapsed(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  for (const cudaEvent_t event : {start, end}) {
    if (!machine().work.events.contains(event) || !event->timing || !event->op)
      return cudaErrorInvalidResourceHandle;
    if (event->capture) return cudaErrorCapturedEvent;
    if (!event->op->done) return cudaErrorNotReady;
  }
  *milliseconds = std::chrono::duration<float, std::milli>(*end->time - *start->time).count();
  return cudaSuccess;
}

}  // namespace

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return api("cudaStreamCreate", [&](Machine& m) {
    if (!stream || flags > cudaStreamNonBlocking) return cudaErrorInvalidValue;
    *stream = new CUstream_st;
    (*stream)->blocking = flags != cudaStreamNonBlocking;
    (*stream)->device = current_device();
    m.work.streams.insert(*stream);
    return cudaSuccess;
  });
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return api("cudaStreamDestroy", [&](Machine& m) {
    if (!m.work.streams.contains(stream)) return cudaErrorInvalidResourceHandle;
    if (stream->capture) return refuse_captured(*stream);
    if (!is_idle(*stream)) m.work.orphans.push_back(stream->last);
    m.work.streams.erase(stream);
    delete stream;
    return cudaSuccess;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return api("cudaStreamSynchronize", [&](Machine& m) { return wait_for_stream(m, stream); });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return api("cudaStreamQuery", [&](Machine&) {
    CUstream_st* stream = resolve(handle);
    if (!stream) return cudaErrorInvalidResourceHandle;
    const cudaError_t error = refuse_captured(*stream);
    return error != cudaSuccess ? error : poll(stream->last);
  });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  return api("cudaStreamWaitEvent", [&](Machine&) { return wait_event(stream, event); });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  return api("cudaLaunchHostFunc", [&](Machine&) {
    if (!function) return cudaErrorInvalidValue;
    return submit_task(stream, {.type = cudaGraphNodeTypeHost, .run = [=] { function(data); }});
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return api("cudaEventCreate", [&](Machine& m) {
    if (!event) return cudaErrorInvalidValue;
    *event = new CUevent_st;
    (*event)->timing = (flags & cudaEventDisableTiming) == 0;
    m.work.events.insert(*event);
    return cudaSuccess;
  });
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return api("cudaEventDestroy", [&](Machine& m) {
    if (m.work.events.erase(event) == 0) return cudaErrorInvalidResourceHandle;
    delete event;
    return cudaSuccess;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return api("cudaEventRecord", [&](Machine&) { return record(event, stream); });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  return api("cudaEventQuery", [&](Machine& m) {
    if (!m.work.events.contains(event)) return cudaErrorInvalidResourceHandle;
    return event->capture ? cudaErrorCapturedEvent : poll(event->op);
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return api("cudaEventSynchronize", [&](Machine& m) {
    if (!m.work.events.contains(event)) return cudaErrorInvalidResourceHandle;
    if (event->capture) return cudaErrorCapturedEvent;
    ++m.counters.synchronisations;
    finish(event->op);
    return cudaSuccess;
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return api("cudaEventElapsedTime", [&](Machine&) {
    return milliseconds ? elapsed(milliseconds, start, end) : cudaErrorInvalidValue;
  });
}
