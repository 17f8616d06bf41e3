namespace StreamCoord.Gateway.Http.Import;

/// <summary>Turns one line of an import into a record of a batch.</summary>
internal interface IImportLine
{
    /// <summary>Takes a line, without its line feed.</summary>
    /// <param name="line">The line; not used after the call has returned its task.</param>
    /// <param name="timestampMs">The time for records that bring none. Milliseconds since 1970.</param>
    /// <exception cref="LineException">The line cannot be a record.</exception>
    /// <exception cref="Errors.RequestException">An append before was refused.</exception>
    ValueTask TakeAsync(ReadOnlyMemory<byte> line, long timestampMs);
}
