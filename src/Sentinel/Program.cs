using Sentinel.Commands;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;

StandardStream.FillGaps();
FileSizeSignal.Ignore();
// Takes the caller's umask, and sets ours, before anything is created.
_ = Caller.Umask;
return Invocation.Run(CommandLine.Parse(CommandLine.Create(), Caller.Arguments(args)));
