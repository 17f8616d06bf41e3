using System.Globalization;
using StreamCoord.Log.Segments;

namespace StreamCoord.Log;

/// <summary>Where a partition's files lie below a data directory, and what those are without which its batches cannot be read, for whoever writes a copy of a log. Layout: docs/internals/log-files.md. Stateless.</summary>
public static class LogLayout
{
    /// <summary>The directory, in a data directory, that has all logs.</summary>
    public const string Root = "logs";

    /// <summary>The name of the file that <see cref="StateOf"/> is the content of.</summary>
    public const string StateFileName = LogState.FileName;

    /// <summary>A partition's directory, from the data directory on, with slashes.</summary>
    public static string DirectoryOf(TopicId topicId, int partition) => string.Create(CultureInfo.InvariantCulture, $"{Root}/{topicId}/{partition}");

    /// <summary>The name of a segment whose first batch begins at an offset.</summary>
    public static string SegmentName(Offset baseOffset) => SegmentFileName.Log(baseOffset);

    /// <summary>The state of a log that no maintenance has seen yet.</summary>
    /// <param name="start">The first offset that may be read.</param>
    /// <param name="gapsBelow">Offsets may be missing between the batches of segments that begin below this one.</param>
    public static byte[] StateOf(Offset start, Offset gapsBelow) => new LogState(start, Offset.Zero, gapsBelow, []).ToBytes();
}
