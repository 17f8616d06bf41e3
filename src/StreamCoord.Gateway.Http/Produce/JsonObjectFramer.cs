using System.Buffers;

namespace StreamCoord.Gateway.Http.Produce;

/// <summary>
/// Finds where a JSON object ends in a stream of them, looking at each byte once however it arrives in pieces. It counts braces outside
/// strings; whether what lies between them is JSON is for a parser to say. Not safe for concurrent use.
/// </summary>
internal struct JsonObjectFramer
{
    private int _depth;
    private bool _inString;
    private bool _isEscaped;

    /// <summary>How many bytes of the object have been looked at.</summary>
    public long ScannedBytes { get; private set; }

    /// <summary>
    /// Goes on with a buffer that begins where the object does and holds everything looked at before. True when the object is complete:
    /// its length is <see cref="ScannedBytes"/>, and <see cref="Reset"/> makes ready for the next.
    /// </summary>
    public bool TryComplete(ReadOnlySequence<byte> buffer)
    {
        foreach (ReadOnlyMemory<byte> segment in buffer.Slice(ScannedBytes))
        {
            foreach (byte b in segment.Span)
            {
                ScannedBytes++;
                if (EndsWith(b))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Makes ready for the next object.</summary>
    public void Reset() => this = default;

    private bool EndsWith(byte b)
    {
        if (_inString)
        {
            _inString = _isEscaped || b != '"';
            _isEscaped = !_isEscaped && b == '\\';
            return false;
        }
        switch (b)
        {
            case (byte)'"':
                _inString = true;
                return false;
            case (byte)'{':
                _depth++;
                return false;
            case (byte)'}':
                _depth--;
                return _depth <= 0;
            default:
                return false;
        }
    }
}
