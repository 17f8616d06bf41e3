namespace StreamCoord.Replication.Tests.Simulation;

/// <summary>A silo with one replica: the shell around the rules, on a disk, a clock and a network that are not to be trusted.</summary>
internal sealed class SimulatedNode
{
    private const double TickMs = 10;
    private const double CallTimeoutMs = 120;
    private const int PushBatchesMax = 20;

    private readonly SimulatedWorld _world;
    private readonly SimulatedTable _table;
    private readonly CommitChecker _checker;
    private readonly IReadOnlyDictionary<NodeId, SimulatedNode> _nodes;
    private readonly ReplicationOptions _options;
    private readonly double _clockRate;
    private readonly Queue<Action> _pushes = [];
    private readonly List<Offset> _unanswered = [];
    private ReplicaId _self;
    private LeaderReplica? _leader;
    private FollowerReplica? _follower;
    private (LeaderEpoch Expected, LeaderEpoch Next)? _claim;
    private SimulatedRow? _row;
    private bool _isDropping;
    private long _resignedUntilMs = long.MaxValue;
    private int _life;
    private long _frozenUntilMicroseconds;
    private long _tableBusyUntilMs;
    private long _nextValue;
    private bool _isHandlingPush;

    public SimulatedNode(
        int number, SimulatedWorld world, SimulatedTable table, CommitChecker checker, IReadOnlyDictionary<NodeId, SimulatedNode> nodes, ReplicationOptions options)
    {
        (_world, _table, _checker, _nodes, _options) = (world, table, checker, nodes, options);
        _self = FirstReplica(number);
        _clockRate = 0.99 + (world.Random.NextDouble() * 0.02);
        _nextValue = number * 1_000_000L;
    }

    public SimulatedLog Log { get; private set; } = new();

    public ReplicaId Self => _self;

    public bool IsUp { get; private set; }

    public bool IsFrozen => _world.NowMicroseconds < _frozenUntilMicroseconds;

    /// <summary>Whom it takes for dead, rightly or not.</summary>
    public HashSet<NodeId> Suspects { get; } = [];

    public LeaderReplica? Leader => _leader;

    private long NowMs => (long)(_world.NowMicroseconds * _clockRate / 1_000);

    public static ReplicaId FirstReplica(int number) => new(new NodeId(number), new Incarnation(new Guid(number, 0, 0, new byte[8])));

    public void Start()
    {
        IsUp = true;
        _life++;
        _tableBusyUntilMs = 0;
        Tick();
    }

    /// <summary>kill -9, or a power failure, which takes what was not flushed.</summary>
    public void Crash(bool isPowerFailure)
    {
        (IsUp, _leader, _follower, _claim, _row, _isHandlingPush, _isDropping) = (false, null, null, null, null, false, false);
        _pushes.Clear();
        _unanswered.Clear();
        if (isPowerFailure)
        {
            Log.FailPower(_world.Random);
        }
    }

    /// <summary>SIGSTOP: nothing is done for a while, and then all of it, with a clock that has gone on.</summary>
    public void Freeze(double ms) => _frozenUntilMicroseconds = _world.NowMicroseconds + (long)(ms * 1_000);

    /// <summary>A new disk.</summary>
    public void Wipe()
    {
        Log = new SimulatedLog();
        _self = _self with { Incarnation = new Incarnation(new Guid(_self.Node.Value, 0, 0, BitConverter.GetBytes(_world.NowMicroseconds))) };
    }

    /// <summary>Clients write.</summary>
    public void Append() => Run(() =>
    {
        if (_leader is not { IsDeposed: false } leader)
        {
            return;
        }
        var values = new long[_world.Random.Next(1, 4)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _nextValue++;
        }
        var batch = new SimulatedBatch(new BatchMark(Log.EndOffset, Log.EndOffset + values.Length, leader.Epoch), values);
        _checker.Writes(batch);
        Log.Append(batch);
        _unanswered.Add(batch.Mark.NextOffset);
        Changed(leader);
        Later(_world.Random.NextDouble() * 4, () =>
        {
            Log.Flush();
            Changed(leader);
        });
    });

    /// <summary>Clients read.</summary>
    public void Read() => Run(() =>
    {
        if (_leader is { } leader && leader.HoldsLease(NowMs) && leader.HighWatermark != Offset.None)
        {
            _checker.Reads(Log, leader.HighWatermark);
        }
    });

    /// <summary>Retention.</summary>
    public void Trim() => Run(() =>
    {
        if (_leader is { } leader && leader.HighWatermark > Log.StartOffset)
        {
            _checker.Compare(Log, leader.HighWatermark);
            Log.BeginAt(Log.StartOffset + _world.Random.Next((int)(leader.HighWatermark - Log.StartOffset)) + 1);
        }
    });

    /// <summary>A clean shutdown hands over first; then the process is started again.</summary>
    public void ShutDown() => Run(() =>
    {
        if (_leader is { IsDeposed: false } leader && leader.FindSuccessor() is { } successor)
        {
            leader.Resign();
            Later(50, () =>
            {
                Crash(isPowerFailure: false);
                _world.After(50, Start);
            });
            _world.Send(_self.Node.Value, successor.Node.Value, () => _nodes[successor.Node].Released(leader.Epoch, _self.Node));
        }
    });

    public override string ToString() =>
        $"node {_self.Node}: {(IsUp ? IsFrozen ? "frozen" : "up" : "down")}, log {Log.StartOffset}..{Log.EndOffset} flushed {Log.FlushedOffset}, "
        + (_leader is { } leader ? $"leads {leader.Epoch} hw {leader.HighWatermark} lease {leader.HoldsLease(NowMs)} deposed {leader.IsDeposed} in sync [{string.Join(',', leader.InSync.Members)}] pending {leader.Pending}"
            : _follower is { } follower ? $"follows {follower.Epoch} hw {follower.HighWatermark} claims {_claim}" : "has no role")
        + $", suspects [{string.Join(',', Suspects)}]";

    // Who is told so tries, whether or not the one before still lives.
    private void Released(LeaderEpoch epoch, NodeId? dead) => Run(() =>
    {
        if (_follower is { } follower)
        {
            follower.Released(epoch);
            _ = dead is { } node && Suspects.Add(node);
        }
    });

    private void Tick()
    {
        int life = _life;
        Run(() =>
        {
            Work();
            _world.After(TickMs * (0.5 + _world.Random.NextDouble()), () =>
            {
                if (life == _life)
                {
                    Tick();
                }
            });
        });
    }

    private void Work()
    {
        if (_leader is { } leader)
        {
            Lead(leader);
        }
        else if (NowMs >= _tableBusyUntilMs)
        {
            AskTable(answer => _table.Read(_self.Node.Value, answer), _isDropping ? Dropped : Look);
        }
    }

    private void Lead(LeaderReplica leader)
    {
        if (leader.IsDeposed || NowMs >= _resignedUntilMs)
        {
            StepDown(leader);
            return;
        }
        if (!_row!.Assignment.Replicas.Take(_options.InSyncMax).Contains(_self.Node))
        {
            Leave(leader);
        }
        foreach (NodeId node in leader.Peers)
        {
            if (Suspects.Contains(node))
            {
                leader.Unreachable(node);
            }
            if (int.IsEvenInteger(node.Value))
            {
                leader.ReadFrom(node);
            }
            while (leader.PlanPush(node, NowMs) is { } plan)
            {
                Push(leader, plan);
            }
        }
        if (NowMs >= _tableBusyUntilMs && leader.ProposeChange(NowMs) is { } change)
        {
            AskTable(answer => _table.Change(_self.Node.Value, change, answer), row => See(leader, row));
        }
        else if (NowMs >= _tableBusyUntilMs && _row.InSync.Version == leader.InSync.Version && _row.Assignment.IsReached(leader.InSync, _options.InSyncMax))
        {
            AskTable(answer => _table.Assign(_self.Node.Value, leader.InSync.Version, _row.Assignment.Finish(), answer), row => See(leader, row));
        }
        else if (NowMs >= _tableBusyUntilMs && _world.Chance(10))
        {
            AskTable(answer => _table.Read(_self.Node.Value, answer), row => See(leader, row));
        }
    }

    private void See(LeaderReplica leader, SimulatedRow row)
    {
        Note(row);
        leader.TableSays(_row!.Epoch, _row.InSync);
        leader.ReplicateTo(_row.Assignment.Replicas, NowMs);
    }

    private void Note(SimulatedRow row) => _row = row.InSync.Version >= (_row?.InSync.Version ?? 0) ? row : _row;

    // The copy is moved away: another is to lead, and then this one goes.
    private void Leave(LeaderReplica leader)
    {
        if (_resignedUntilMs == long.MaxValue && leader.FindSuccessor() is { } successor)
        {
            leader.Resign();
            _resignedUntilMs = NowMs + (long)CallTimeoutMs;
            _world.Send(_self.Node.Value, successor.Node.Value, () => _nodes[successor.Node].Released(leader.Epoch, null));
        }
    }

    private void Push(LeaderReplica leader, PushPlan plan)
    {
        List<SimulatedBatch> batches = plan.HasBatches ? Log.Read(plan.From, PushBatchesMax) : [];
        Push push = leader.Send(plan, [.. batches.Select(batch => batch.Mark)], NowMs);
        bool isSettled = false;
        _world.Send(_self.Node.Value, plan.Node.Value, () => _nodes[plan.Node].Receive(_self.Node, push, batches, reply => Run(() =>
        {
            if (_leader == leader && !isSettled)
            {
                isSettled = true;
                leader.PushAnswered(plan, reply, NowMs);
                Changed(leader);
            }
        })));
        Later(CallTimeoutMs, () =>
        {
            if (_leader == leader && !isSettled)
            {
                isSettled = true;
                leader.PushFailed(plan, NowMs);
            }
        });
    }

    private void Receive(NodeId from, Push push, List<SimulatedBatch> batches, Action<PushReply> answer) => Run(() =>
    {
        if (_isDropping)
        {
            return;
        }
        if (_leader is { } leader && push.Epoch > leader.Epoch)
        {
            StepDown(leader);
        }
        _pushes.Enqueue(() => Follow(push, batches, reply => _world.Send(_self.Node.Value, from.Value, () => answer(reply))));
        NextPush();
    });

    private void NextPush()
    {
        if (!_isHandlingPush && _pushes.TryDequeue(out Action? next))
        {
            next();
        }
    }

    // Judged, carried out and answered before the next one is judged; a crash may come in between.
    private void Follow(Push push, List<SimulatedBatch> batches, Action<PushReply> answer)
    {
        if (_follower is not { } follower)
        {
            LeaderEpoch epoch = _leader?.Epoch ?? LeaderEpoch.Unknown;
            answer(new PushReply(PushOutcome.Fenced, _self, epoch, push.Number, push.SentAtMs, Offset.None, Log.EndOffset, Offset.None, LeaderEpoch.Unknown));
            NextPush();
            return;
        }
        _isHandlingPush = true;
        PushVerdict verdict = follower.Judge(push, NowMs);
        bool isRefused = verdict.Outcome == PushOutcome.Accepted && _world.IsFaulty && _world.Chance(2);
        if (!isRefused)
        {
            CarryOut(verdict, batches);
        }
        Later(_world.Random.NextDouble() * 2, () =>
        {
            if (_options.CountsFlushed && _world.Chance(80))
            {
                Log.Flush();
            }
            _isHandlingPush = false;
            if (_follower == follower)
            {
                PushReply reply = isRefused ? follower.AnswerRefused(push) : follower.Answer(push, verdict);
                Offset deletedTo = Offset.Min(push.StartOffset, follower.HighWatermark);
                if (reply.Outcome == PushOutcome.Accepted && deletedTo > Log.StartOffset)
                {
                    Log.BeginAt(deletedTo);
                }
                answer(reply);
            }
            NextPush();
        });
    }

    private void CarryOut(in PushVerdict verdict, List<SimulatedBatch> batches)
    {
        if (verdict.BeginAt != Offset.None)
        {
            Log.BeginAt(verdict.BeginAt);
        }
        if (verdict.CutTo != Offset.None)
        {
            Log.CutTo(verdict.CutTo);
        }
        if (verdict.Outcome == PushOutcome.Accepted)
        {
            batches.Skip(verdict.SkippedCount).ToList().ForEach(Log.Append);
        }
    }

    private void Look(SimulatedRow row)
    {
        if (_leader is not null || _isDropping)
        {
            return; // An answer that comes after all.
        }
        Note(row);
        if (!_row!.Keeps(_self))
        {
            Drop();
            return;
        }
        if (_follower is null)
        {
            // What was promised before the restart is not known any more.
            long grantedUntilMs = row.Leader == _self.Node ? 0 : NowMs + _options.LeaseMs + _options.ClockDriftMs;
            _follower = new FollowerReplica(_self, Log, _options, row.Epoch, grantedUntilMs);
        }
        _follower.Learn(row.Epoch);
        if (_claim is { } claim)
        {
            SettleClaim(_follower, claim, row);
        }
        else if (IsMine(row) && _follower.TryBeginTakeOver(NowMs))
        {
            _claim = (row.Epoch, _follower.NextEpoch(row.Epoch));
        }
        if (_claim is { } open)
        {
            SimulatedLog log = Log;
            AskTable(answer => _table.Claim(_self, open.Expected, open.Next, () => _checker.Claims(open.Next, log), answer), found => SettleClaim(_follower, open, found));
        }
    }

    private bool IsMine(SimulatedRow row)
    {
        HashSet<ReplicaId> alive = [_self, .. _nodes.Values.Select(node => node.Self).Where(replica => !Suspects.Contains(replica.Node))];
        bool isReleased = _follower!.IsReleased && row.InSync.Contains(_self);
        return isReleased || TakeOver.IsDue(_self, row.Leader, row.InSync, row.Assignment.Replicas, alive);
    }

    // First it answers no push any more, then it makes sure that nobody has called it back meanwhile, and then the copy goes.
    private void Drop()
    {
        (_isDropping, _follower, _claim) = (true, null, null);
        _pushes.Clear();
        _isHandlingPush = false;
        _tableBusyUntilMs = 0;
    }

    private void Dropped(SimulatedRow row)
    {
        if (_isDropping)
        {
            _isDropping = false;
            Note(row);
            Log = row.Keeps(_self) ? Log : new SimulatedLog();
        }
    }

    // While the row still has the term that the claim replaces, the claim may yet arrive: it stays open, and no leader gets time from here.
    private void SettleClaim(FollowerReplica? follower, (LeaderEpoch Expected, LeaderEpoch Next) claim, SimulatedRow row)
    {
        if (_claim != claim || _follower != follower || follower is null || (row.Epoch == claim.Expected && row.InSync.Contains(_self)))
        {
            return;
        }
        _claim = null;
        if (row.Epoch == claim.Next && row.Leader == _self.Node)
        {
            _follower = null;
            _checker.Leads(claim.Next, _self.Node);
            _leader = new LeaderReplica(_self, claim.Next, Log, row.InSync, row.Assignment.Replicas, _options, NowMs);
            Note(row);
            _resignedUntilMs = long.MaxValue;
        }
        else
        {
            follower.EndTakeOver(row.Epoch);
        }
    }

    private void StepDown(LeaderReplica leader)
    {
        (_leader, _resignedUntilMs) = (null, long.MaxValue);
        _unanswered.Clear();
        _follower = new FollowerReplica(_self, Log, _options, leader.Epoch, grantedUntilMs: 0);
    }

    private void Changed(LeaderReplica leader)
    {
        if (_leader == leader)
        {
            leader.LogChanged();
            if (_unanswered.RemoveAll(end => end <= leader.HighWatermark) > 0)
            {
                _checker.Acknowledges(Log, leader.HighWatermark);
            }
        }
    }

    private void AskTable(Action<Action<SimulatedRow>> ask, Action<SimulatedRow> answered)
    {
        int life = _life;
        bool isAnswered = false;
        _tableBusyUntilMs = NowMs + (long)CallTimeoutMs;
        ask(row => Run(() =>
        {
            if (life == _life && !isAnswered)
            {
                isAnswered = true;
                _tableBusyUntilMs = 0;
                answered(row);
            }
        }));
    }

    private void Later(double ms, Action action)
    {
        int life = _life;
        _world.After(ms, () => Run(() =>
        {
            if (life == _life)
            {
                action();
            }
        }));
    }

    private void Run(Action action)
    {
        if (!IsUp)
        {
            return;
        }
        if (IsFrozen)
        {
            int life = _life;
            _world.After((_frozenUntilMicroseconds - _world.NowMicroseconds) / 1_000.0, () =>
            {
                if (life == _life)
                {
                    Run(action);
                }
            });
            return;
        }
        action();
    }
}
