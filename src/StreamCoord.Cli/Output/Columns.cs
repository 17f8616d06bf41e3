namespace StreamCoord.Cli.Output;

/// <summary>Rows in aligned columns, as Kafka's tools print them: nothing is cut off or wrapped, so a script can split them by spaces. An absent value is a dash.</summary>
internal sealed class Columns(params string[] headers)
{
    private readonly List<string[]> _rows = [headers];

    /// <summary>Adds a row with one value a column.</summary>
    public void Add(params object?[] values) => _rows.Add([.. values.Select(value => value?.ToString() is { Length: > 0 } text ? text : "-")]);

    /// <summary>Writes the header and all rows.</summary>
    public void WriteTo(TextWriter writer)
    {
        int[] widths = [.. Enumerable.Range(0, headers.Length).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
        {
            writer.WriteLine(string.Join(' ', row.Select((value, column) => value.PadRight(widths[column]))).TrimEnd());
        }
    }
}
