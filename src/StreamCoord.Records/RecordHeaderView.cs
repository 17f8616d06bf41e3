using System.Text;

namespace StreamCoord.Records;

/// <summary>A header of a record that was read. Valid as long as the reader's bytes.</summary>
public readonly ref struct RecordHeaderView
{
    internal RecordHeaderView(ReadOnlySpan<byte> nameUtf8, NullableBytes value)
    {
        NameUtf8 = nameUtf8;
        Value = value;
    }

    /// <summary>The name as it was sent: UTF-8 by convention, not checked.</summary>
    public ReadOnlySpan<byte> NameUtf8 { get; }

    /// <summary>The name; bytes that are not UTF-8 become the replacement character.</summary>
    public string Name => Encoding.UTF8.GetString(NameUtf8);

    /// <summary>The value.</summary>
    public NullableBytes Value { get; }
}
