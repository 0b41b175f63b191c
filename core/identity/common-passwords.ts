/**
 * Words and keyboard runs that passwords are most often built on. A password is refused when nothing but digits,
 * signs and repetition is added to them, so "Password2026!" falls with "password".
 */
export const commonWords: ReadonlySet<string> = new Set(
  (
    'password passwort passwd passw passphrase contrasena motdepasse senha secret secrets geheim letmein letmeinnow ' +
    'welcome willkommen hello helloworld hallo qwerty qwertyui qwertyuio qwertyuiop qwertz qwertzuiop azerty ' +
    'azertyuiop asdf asdfgh asdfghjkl asdfasdf zxcv zxcvbn zxcvbnm yxcvbnm qazwsx qazwsxedc qweasd qweasdzxc wasd ' +
    'qwertyasdfgh qwertyuiopasdfghjkl poiuytrewq lkjhgfdsa mnbvcxz ' +
    'abc abcd abcde abcdef abcdefg abcdefgh abcdefghij abcabc admin administrator adminadmin root rootroot toor user ' +
    'username guest test tester testing testtest demo sample changeme changemenow default temp temporary login signin ' +
    'access master superman batman spiderman ironman starwars pokemon naruto minecraft fortnite roblox counterstrike ' +
    'football fussball soccer baseball basketball hockey liverpool arsenal chelsea barcelona realmadrid juventus ' +
    'iloveyou iloveu loveyou lovelove love lovely sunshine princess prinzessin dragon monkey tiger butterfly flower ' +
    'shadow killer ninja samurai freedom whatever trustno trustnoone nothing computer internet laptop server hosting ' +
    'webhosting mustang ferrari porsche mercedes yamaha harley corvette cheese cookie chocolate banana orange apple ' +
    'summer sommer winter spring autumn january february march april june july august september october november ' +
    'december monday friday sunday christmas michael jennifer jessica daniel thomas jordan michelle charlie andrew ' +
    'matthew robert william george hannah nicole ashley amanda joshua hunter ginger pepper maggie buster purple ' +
    'silver golden matrix blink linkinpark metallica eminem slipknot google facebook instagram youtube microsoft ' +
    'windows samsung nintendo playstation xbox company business office letmeout openup opensesame pass word ' +
    'mypassword yourpassword newpassword oldpassword thepassword nopassword passpass passwordpassword'
  ).split(' '),
)
