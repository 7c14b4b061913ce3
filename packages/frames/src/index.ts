export { CAPTURE_FILE_DEFECTS, type CaptureFileDefect } from './capture-file-defect.ts';
export { type CaptureFileReader, createCaptureFileReader } from './capture-file-reader.ts';
export { type CaptureFrame, LinkType, MAX_FRAME_BYTES } from './capture-frame.ts';
export { FRAME_DEFECTS, type FrameDefect } from './frame-defect.ts';
export { createFrameDissector, type FrameDissector } from './frame-dissector.ts';
export type {
  Datagram,
  FrameDissectorOptions,
  FrameHandlers,
  PacketAddressing,
  StreamChunk,
} from './frame-dissector-types.ts';
