using StreamCoord.Records;

namespace StreamCoord.Log.Appending;

/// <summary>A batch that passed every check that needs no log: <see cref="BatchAdmission"/>.</summary>
/// <param name="Header">Its header as the client sent it; offsets and epoch are not yet the log's.</param>
/// <param name="Bytes">The batch; the log writes offset and epoch into it.</param>
internal readonly record struct AdmittedBatch(BatchHeader Header, Memory<byte> Bytes);
