using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Benchmarks.ZooKeeper;

/// <summary>A request that is made once and sent many times, each with a number of its own and, in its path, that of a znode.</summary>
internal sealed class RequestTemplate
{
    private const int Digits = 10;
    private const int XidOffset = 4;
    private const int PathOffset = 16;

    private readonly byte[] _frame;
    private readonly int _digitsOffset;
    private readonly int _paths;

    private RequestTemplate(byte[] frame, int digitsOffset, int paths) => (_frame, _digitsOffset, _paths) = (frame, digitsOffset, paths);

    public int SizeBytes => _frame.Length;

    /// <summary>A new znode each time.</summary>
    public static RequestTemplate Create(string root, byte[] data) =>
        Make(root, int.MaxValue, OpCode.Create, path => new CreateRequest(path, data, AclEntry.Open, 0));

    /// <summary>One of so many znodes, in turn.</summary>
    public static RequestTemplate Set(string root, byte[] data, int paths) => Make(root, paths, OpCode.SetData, path => new SetDataRequest(path, data, -1));

    /// <summary>One of so many znodes, in turn.</summary>
    public static RequestTemplate Get(string root, int paths) => Make(root, paths, OpCode.GetData, path => new GetDataRequest(path, false));

    /// <summary>Writes a request.</summary>
    public void Write(Span<byte> output, int xid, long number)
    {
        _frame.CopyTo(output);
        BinaryPrimitives.WriteInt32BigEndian(output[XidOffset..], xid);
        Utf8Formatter.TryFormat(number % _paths, output.Slice(_digitsOffset, Digits), out _, new StandardFormat('D', Digits));
    }

    private static RequestTemplate Make<TRequest>(string root, int paths, OpCode opCode, Func<string, TRequest> request)
        where TRequest : IJuteRecord<TRequest>
    {
        var frame = new ArrayBufferWriter<byte>();
        string first = string.Create(CultureInfo.InvariantCulture, $"{root}/{0:d10}");
        JuteFrame.Write(frame, new RequestHeader(0, opCode), request(first));
        return new RequestTemplate(frame.WrittenSpan.ToArray(), PathOffset + root.Length + 1, paths);
    }
}
