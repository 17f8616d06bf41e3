using System.Text;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>C# that is being written, indented by its blocks.</summary>
internal sealed class SourceText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Adds a line.</summary>
    public void Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(text);
        }
        _text.Append('\n');
    }

    /// <summary>Opens a block below a line.</summary>
    public void Open(string head)
    {
        Line(head);
        Open();
    }

    /// <summary>Opens a block.</summary>
    public void Open()
    {
        Line("{");
        _depth++;
    }

    /// <summary>Closes the block that was opened last.</summary>
    public void Close()
    {
        _depth--;
        Line("}");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
