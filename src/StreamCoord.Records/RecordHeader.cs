namespace StreamCoord.Records;

/// <summary>A header to be written with a record.</summary>
/// <param name="Name">Its name; names may repeat within a record.</param>
/// <param name="Value">Its value, or null.</param>
public readonly record struct RecordHeader(string Name, ReadOnlyMemory<byte>? Value);
