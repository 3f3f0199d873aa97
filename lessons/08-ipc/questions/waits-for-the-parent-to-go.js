// Has a parent, and a channel to it that stays open.
process.on('disconnect', () => console.log('the parent is gone'));

console.log('nothing to do');
