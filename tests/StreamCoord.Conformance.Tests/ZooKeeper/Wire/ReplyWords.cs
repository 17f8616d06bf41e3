using System.Buffers.Binary;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>A reply in words: the header, then the record that belongs to the request.</summary>
internal static class ReplyWords
{
    /// <summary>What the frame says.</summary>
    /// <param name="frame">A frame without its length.</param>
    /// <param name="opcode">What was asked for; null for a notification.</param>
    /// <param name="mask">What to hide.</param>
    public static string Of(byte[] frame, int? opcode, Mask mask)
    {
        var reader = new ReplyReader(frame, mask);
        reader.Int("xid");
        if (opcode is null)
        {
            // Servers before 3.9 always say -1 here; from then on it is the zxid of what has happened. Whoever checks that has the frame.
            reader.Skip("zxid", 8);
        }
        else if (Opcode.IsWrite(opcode.Value) && IsDone(frame, opcode.Value))
        {
            reader.Zxid("zxid");
        }
        else
        {
            reader.NewestZxid("zxid");
        }
        if (reader.Int("err") == 0)
        {
            ReadBody(reader, opcode);
        }
        return reader.Finish();
    }

    /// <summary>
    /// Whether a transaction has happened, which has a zxid of its own. One that failed has one at the reference, and none at the silo, which does not write down what has not
    /// happened: clients see no more of it than a gap.
    /// </summary>
    private static bool IsDone(byte[] frame, int opcode)
    {
        bool isRefused = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(12)) != 0;
        bool hasFailedInside = opcode == Opcode.Multi && frame.Length > 20 && BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(16)) == Opcode.Error && frame[20] == 0;
        return !isRefused && !hasFailedInside;
    }

    private static void ReadBody(ReplyReader reader, int? opcode)
    {
        switch (opcode)
        {
            case null:
                reader.Int("type");
                reader.Int("state");
                reader.Buffer("path");
                break;
            case Opcode.Create or Opcode.Sync:
                reader.Buffer("path");
                break;
            case Opcode.Create2 or Opcode.CreateContainer or Opcode.CreateTtl:
                reader.Buffer("path");
                reader.Stat();
                break;
            case Opcode.Exists or Opcode.SetData or Opcode.SetAcl:
                reader.Stat();
                break;
            case Opcode.GetData or Opcode.Reconfig:
                reader.Buffer("data");
                reader.Stat();
                break;
            case Opcode.GetAcl:
                reader.Acl("acl");
                reader.Stat();
                break;
            case Opcode.GetChildren:
                reader.Texts("children", sorted: true);
                break;
            case Opcode.GetChildren2:
                reader.Texts("children", sorted: true);
                reader.Stat();
                break;
            case Opcode.GetEphemerals:
                reader.Texts("ephemerals", sorted: true);
                break;
            case Opcode.GetAllChildrenNumber:
                reader.Int("number");
                break;
            case Opcode.AddWatch:
                reader.Int("result");
                break;
            case Opcode.WhoAmI:
                reader.Identities("identities");
                break;
            case Opcode.Multi or Opcode.MultiRead:
                ReadResults(reader);
                break;
            default:
                break; // Nothing is expected behind the header; what is there is written down.
        }
    }

    private static void ReadResults(ReplyReader reader)
    {
        while (true)
        {
            int type = reader.Int("|type");
            bool isEnd = reader.Byte("done") != 0;
            reader.Int("err");
            if (isEnd)
            {
                return;
            }
            if (type == Opcode.Error)
            {
                reader.Int("error");
            }
            else
            {
                ReadBody(reader, type);
            }
        }
    }
}
