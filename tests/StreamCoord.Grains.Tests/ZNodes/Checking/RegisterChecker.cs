using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>
/// Wing and Gong's search, with Lowe's memory of what was tried: whether there is an order of the operations on one znode, within their intervals of real time, that explains every reply. It does not look at
/// zxids, so it finds what the numbers hide.
/// </summary>
internal sealed class RegisterChecker
{
    private readonly Observation[] _operations;
    private readonly HashSet<(UInt128 Low, UInt128 High, Register State)> _tried = [];

    private RegisterChecker(IEnumerable<Observation> operations) => _operations = [.. operations.OrderBy(one => one.Began)];

    /// <summary>The most operations on one znode.</summary>
    public const int OperationsMax = 256;

    /// <summary>True when the operations, all on one znode that did not exist before, are linearizable.</summary>
    public static bool IsLinearizable(IEnumerable<Observation> operations)
    {
        var checker = new RegisterChecker(operations);
        Assert.True(checker._operations.Length <= OperationsMax);
        return checker.Search(default, new Register(false, 0, 0), 0);
    }

    /// <summary>The path that an operation is about.</summary>
    public static string PathOf(ZNodeOperation operation) => operation switch
    {
        CreateOperation create => create.Path,
        DeleteOperation delete => delete.Path,
        SetDataOperation set => set.Path,
        GetDataOperation get => get.Path,
        ExistsOperation exists => exists.Path,
        _ => throw new InvalidOperationException($"The checker does not know {operation}."),
    };

    private bool Search((UInt128 Low, UInt128 High) done, Register state, int count)
    {
        if (count == _operations.Length)
        {
            return true;
        }
        if (!_tried.Add((done.Low, done.High, state)))
        {
            return false;
        }
        // Only what began before the earliest end of all that is left can come next.
        long earliestEnd = long.MaxValue;
        for (int i = 0; i < _operations.Length && _operations[i].Began < earliestEnd; i++)
        {
            if (!Has(done, i))
            {
                earliestEnd = Math.Min(earliestEnd, _operations[i].Ended);
            }
        }
        for (int i = 0; i < _operations.Length && _operations[i].Began < earliestEnd; i++)
        {
            if (!Has(done, i) && Step(state, _operations[i]) is { } next && Search(With(done, i), next, count + 1))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Has((UInt128 Low, UInt128 High) set, int i) => ((i < 128 ? set.Low >> i : set.High >> (i - 128)) & 1) != 0;

    private static (UInt128 Low, UInt128 High) With((UInt128 Low, UInt128 High) set, int i) =>
        i < 128 ? (set.Low | (UInt128.One << i), set.High) : (set.Low, set.High | (UInt128.One << (i - 128)));

    // The state after the operation, or null when it could not have answered so in this state.
    private static Register? Step(Register state, Observation one)
    {
        (ZNodeError error, Register next) = one.Operation switch
        {
            CreateOperation create => state.Exists ? (ZNodeError.NodeExists, state) : (ZNodeError.Ok, new Register(true, 0, Number(create.Data))),
            _ when !state.Exists => (ZNodeError.NoNode, state),
            DeleteOperation delete => Fits(delete.ExpectedVersion, state) ? (ZNodeError.Ok, new Register(false, 0, 0)) : (ZNodeError.BadVersion, state),
            SetDataOperation set => Fits(set.ExpectedVersion, state) ? (ZNodeError.Ok, new Register(true, state.Version + 1, Number(set.Data))) : (ZNodeError.BadVersion, state),
            _ => (ZNodeError.Ok, state),
        };
        bool isSame = error == one.Reply.Error
            && (error != ZNodeError.Ok || one.Operation is DeleteOperation || one.Reply.Stat!.Value.Version == next.Version)
            && (error != ZNodeError.Ok || one.Operation is not GetDataOperation || Number(one.Reply.Data) == next.Data);
        return isSame ? next : null;
    }

    private static bool Fits(int expected, Register state) => expected == WriteOperation.AnyVersion || expected == state.Version;

    private static int Number(ReadOnlyMemory<byte>? data) => BitConverter.ToInt32(data!.Value.Span);

    private readonly record struct Register(bool Exists, int Version, int Data);
}
