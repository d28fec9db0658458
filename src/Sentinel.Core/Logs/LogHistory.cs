using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;

namespace Sentinel.Core.Logs;

/// <summary>
/// A log and its backups as one text, in which a byte keeps its position, in bytes, whatever is rotated. It is read without a lock,
/// and stays right while another process rotates the log.
/// </summary>
public sealed class LogHistory : IDisposable
{
    private const int BlockBytes = 128 * 1024;

    // A reader that finds a change under way looks again; a process killed in the middle of a change leaves it under way.
    private const int MostLooks = 100;

    // The most stretches between holes that a look backwards examines.
    private const int MostExtents = 10_000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    private readonly string _log;
    private readonly ILogFiles _files;
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly List<Piece> _backups = [];
    private LogJournal _journal;
    private SafeFileHandle? _live;
    private (ulong, ulong) _identity;
    private long _removed;
    private (long StartOfData, bool HasDraft) _stage;

    // How far positions had leapt when we noticed by ourselves that the log begins anew; null: the journal has it by now.
    private long? _leapt;

    public LogHistory(string log, ILogFiles files)
    {
        (_log, _files) = (log, files);
        Open();
    }

    /// <summary>The position of the oldest byte that is still kept.</summary>
    public long Start => _backups.Count > 0 ? _backups[0].Start : StartOfLive;

    /// <summary>Where the log itself begins: what is before is in backups.</summary>
    public long StartOfLive { get; private set; }

    /// <summary>Where the log ends now.</summary>
    public long End
    {
        get
        {
            for (var look = 0; ; look++)
            {
                var end = _live is null ? StartOfLive : PositionOf(RandomAccess.GetLength(_live));
                if (IsCurrent() || look == MostLooks)
                    return end;
                Reopen();
            }
        }
    }

    /// <summary>Passes on what lies between two positions, a block at a time; what is gone by then is left out.</summary>
    /// <returns>Where it ended: before <paramref name="end"/> if the log does.</returns>
    public long Read(long start, long end, Action<ReadOnlyMemory<byte>> write) => Read(start, end, (_, bytes) => write(bytes));

    /// <param name="write">Gets each block and its position.</param>
    /// <inheritdoc cref="Read(long, long, Action{ReadOnlyMemory{byte}})"/>
    public long Read(long start, long end, Action<long, ReadOnlyMemory<byte>> write)
    {
        while (Read(ref start, end, _block) is > 0 and var read)
        {
            write(start, _block.AsMemory(0, read));
            start += read;
        }

        return start;
    }

    /// <summary>Reads what lies at a position, as far as it is contiguous.</summary>
    /// <param name="position">Moves on to where something is kept, if what was there is gone.</param>
    /// <param name="end">Where to stop.</param>
    /// <returns>How many bytes; 0 at the end.</returns>
    public int Read(ref long position, long end, Span<byte> buffer)
    {
        if (position >= end)
            return 0;
        var read = Read(ref position, buffer[..(int)Math.Min(buffer.Length, end - position)]);
        return (int)Math.Clamp(end - position, 0, read);
    }

    /// <inheritdoc cref="Read(ref long, long, Span{byte})"/>
    public int Read(ref long position, Span<byte> buffer)
    {
        for (var look = 0; ; look++)
        {
            var at = Math.Max(position, Start);
            var read = ReadPiece(ref at, buffer);
            if (IsCurrent() || look == MostLooks)
            {
                position = at;
                return read;
            }

            // It was rotated meanwhile: what was read may have been cut off, or be a hole.
            Reopen();
        }
    }

    /// <summary>The last position before one, which may be behind a hole, at which kept bytes end; the start if there is none.</summary>
    public long EndBefore(long position)
    {
        if (_live is not null && position > StartOfLive && EndIn(_live, StartOfLive - _removed, _removed) is { } end)
            return end;
        foreach (var piece in Enumerable.Reverse(_backups).Where(piece => piece.Start < position))
            if (piece.File.Value is { } file && EndIn(file, 0, piece.Start) is { } last)
                return last;
        return Start;

        long? EndIn(SafeFileHandle file, long from, long zero) =>
            LogExtents.Of(file, from, position - zero, _files).Take(MostExtents).Select(extent => (long?)(zero + extent.End)).LastOrDefault(last => last < position);
    }

    /// <summary>Passes on what was added since, even if the file was emptied or replaced by another.</summary>
    /// <param name="position">The position up to which everything has been passed on.</param>
    /// <param name="write">Gets each block and its position.</param>
    /// <param name="end">Where to stop, as long as it is the same file.</param>
    /// <returns>Whether another file has replaced it.</returns>
    public bool Follow(ref long position, Action<long, ReadOnlyMemory<byte>> write, long end = long.MaxValue)
    {
        // Others note a leap of positions only later, when we have already begun to pass on what comes after it.
        if (_leapt is { } leapt && LogJournal.Read(_log, _files.Home) is var journal && journal.Leapt != leapt)
            (position, _leapt) = (position + journal.Leapt - leapt, null);
        position = Read(position, end, write);
        using var current = OpenLive();
        var isReplaced = current is not null && (_live is null || _files.IdentityOf(current) != _identity);
        if (isReplaced)
        {
            // Read the old file to its end before letting it go: it holds what was written last.
            Read(position, long.MaxValue, write);
            Reopen();
            (position, _leapt) = (StartOfLive, _journal.Leapt);
        }
        else if (_live is not null && End < position)
        {
            Reopen();
            if (End < position)
                (position, _leapt) = (StartOfLive, _journal.Leapt);
        }
        else
        {
            return false;
        }

        position = Read(position, long.MaxValue, write);
        return isReplaced;
    }

    public void Dispose() => Close();

    private int ReadPiece(ref long position, Span<byte> buffer)
    {
        var from = position;
        while (_backups.Find(piece => from < piece.End) is { } backup)
        {
            // Something may be lost between two backups.
            from = Math.Max(from, backup.Start);
            if (backup.File.Value is { } file
                && ReadStretch(ref from, file, backup.Start, buffer[..(int)Math.Min(buffer.Length, backup.End - from)]) is > 0 and var read)
            {
                position = from;
                return read;
            }

            // A damaged backup hides nothing but itself.
            from = backup.End;
        }

        position = Math.Max(from, StartOfLive);
        return _live is null ? 0 : ReadStretch(ref position, _live, _removed, buffer);
    }

    // Nobody wrote the zeros beside a hole: a hole begins and ends with a block.
    private int ReadStretch(ref long position, SafeFileHandle file, long zero, Span<byte> buffer)
    {
        for (var offset = position - zero; ;)
        {
            var data = _files.NextData(file, offset);
            var length = RandomAccess.GetLength(file);
            var hole = _files.NextHole(file, data);
            position = PositionOf(data, zero);
            var read = hole <= data ? 0 : RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, hole - data)], data);
            if (read == 0)
                return 0;
            var (isBehindHole, isBeforeHole) = (data > offset && offset > 0, data + read == hole && hole < length);
            var from = isBehindHole ? Math.Max(0, buffer[..read].IndexOfAnyExcept((byte)0)) : 0;
            var kept = isBeforeHole ? buffer[..read].LastIndexOfAnyExcept((byte)0) + 1 - from : read - from;
            if (kept > 0)
            {
                buffer.Slice(from, kept).CopyTo(buffer);
                position += from;
                return kept;
            }

            offset = hole;
        }
    }

    private long PositionOf(long offset) => PositionOf(offset, _removed);

    // What was written before anybody counted has positions below zero.
    internal static long PositionOf(long offset, long zero) => zero <= 0 || offset <= long.MaxValue - zero ? zero + offset : long.MaxValue;

    // If the journal is not at rest, the log may change without another entry in the journal.
    private bool IsCurrent() =>
        LogJournal.Read(_log, _files.Home).Generation == _journal.Generation && (_journal.IsAtRest || Stage() == _stage);

    private (long StartOfData, bool HasDraft) Stage() => (_live is null ? 0 : _files.StartOfData(_live), File.Exists(LogBackup.DraftOf(_log)));

    private void Reopen()
    {
        Close();
        Open();
    }

    private void Open()
    {
        for (var look = 0; ; look++)
        {
            _journal = LogJournal.Read(_log, _files.Home);
            if (_journal.IsAtRest || look == MostLooks)
            {
                OpenPieces();
                if (IsCurrent() || look == MostLooks)
                    return;
                Close();
            }

            Thread.Sleep(PollInterval);
        }
    }

    private void OpenPieces()
    {
        _live = OpenLive();
        _identity = _live is null ? default : _files.IdentityOf(_live);
        var isMoved = _journal.Copied > 0 && _live is not null && LogBackup.IsCopied(_log, _live, _journal.Copied, _files);
        _stage = Stage();
        var offset = isMoved ? Math.Max(_stage.StartOfData, _journal.Copied) : _stage.StartOfData;
        // If the front is no longer a hole, it has been cut off.
        _removed = _journal.Removed + (_journal.Collapsing > 0 && offset < _journal.Collapsing ? _journal.Collapsing : 0);
        StartOfLive = PositionOf(offset);
        // Something may be lost between the log and the newest backup, and between backups.
        var end = isMoved ? _removed + _journal.Copied : LastBackedUp(StartOfLive);
        foreach (var backup in LogBackup.Of(_log))
        {
            var piece = new Piece(backup.IsCompressed ? new(() => backup.Open(_files.Home)) : new Lazy<SafeFileHandle?>(backup.Open(_files.Home)), end - backup.Bytes(_files.Home), end);
            end = _backups.Count == 0 && isMoved ? LastBackedUp(piece.Start)
                : _journal.Gaps.Where(gap => gap.To == piece.Start).Select(gap => gap.From).FirstOrDefault(piece.Start);
            _backups.Insert(0, piece);
        }

        long LastBackedUp(long most) => _journal.BackedUpTo > 0 ? Math.Min(_journal.BackedUpTo, most) : most;
    }

    private SafeFileHandle? OpenLive() => _files.Home.OpenToRead(_log);

    private void Close()
    {
        foreach (var piece in _backups.Where(piece => piece.File.IsValueCreated))
            piece.File.Value?.Dispose();
        _backups.Clear();
        _live?.Dispose();
    }

    /// <param name="Start">The position of its first byte.</param>
    private sealed record Piece(Lazy<SafeFileHandle?> File, long Start, long End);
}
